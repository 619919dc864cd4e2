"""Finds free TCP ports."""

import socket


def free_port() -> int:
    """Return a loopback port on which no process is listening."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
