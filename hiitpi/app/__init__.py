"""Starts, watches and checks the whole app."""
