"""The machine below the app: background threads."""
