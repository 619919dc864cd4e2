"""The web process: pages and streams. It reads Redis and the database, but no camera or model."""
