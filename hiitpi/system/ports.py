"""TCP ports of this machine."""

import socket


def free_port() -> int:
    """Return a loopback port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
