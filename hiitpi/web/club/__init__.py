"""Several stations: the list of stations, the wall, head-to-head."""
