"""Connections to other systems of the house; each is off until it is configured."""
