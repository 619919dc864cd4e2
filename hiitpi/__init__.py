"""HIIT PI: an electronic referee that watches, counts and scores your workout."""

__version__ = "0.1.0"
