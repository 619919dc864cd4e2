"""Several stations that share one Redis and one PostgreSQL, over networks that are not good."""
