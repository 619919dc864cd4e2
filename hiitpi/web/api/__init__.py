"""The API for scripts: JSON over HTTP, with tokens."""
