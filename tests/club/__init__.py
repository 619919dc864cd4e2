"""Several stations that share one Redis and one PostgreSQL, over unreliable networks."""
