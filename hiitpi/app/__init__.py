"""Starts and supervises the processes of the app, and checks its requirements."""
