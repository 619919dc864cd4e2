"""Transports coach messages, pictures and status over Redis."""
