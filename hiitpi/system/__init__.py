"""Operating-system services: processes, background threads, logs, heartbeats, network addresses."""
