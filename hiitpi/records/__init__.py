"""The record book: players, sessions and repetitions in a database."""
