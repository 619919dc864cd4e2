"""Cameras, one module per kind."""
