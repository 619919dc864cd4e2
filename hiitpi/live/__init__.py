"""The coach's messages over Redis."""
