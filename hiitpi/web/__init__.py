"""The pages. They know nothing of cameras and models: they read Redis and records."""
