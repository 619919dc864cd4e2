"""Several stations: who is here, the wall, head-to-head."""
