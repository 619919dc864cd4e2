"""A dedicated Redis connection that sends commands without waiting for their replies."""

from typing import Any, Final

from hiitpi.live.redis_client import Client

#: Replies that may be outstanding before they are read; Redis sends each within a millisecond.
MAX_PENDING_REPLIES: Final = 10

RedisCommand = tuple[Any, ...]


class PipelinedConnection:
    """Sends commands and reads their replies immediately or later.

    Waiting for a reply costs two context switches, thirty times a second, and the client's
    connection pool costs as much again; the reply to adding a sample carries no information.
    After a method has raised, call `close`.
    """

    def __init__(self, client: Client) -> None:
        self._pool = client.connection_pool
        self._connection: Any = None
        self._pending_replies = 0

    def send(self, *commands: RedisCommand) -> None:
        """Send commands without reading their replies; errors surface in later calls.

        Raises:
            redis.RedisError: the server is unreachable, or rejected an earlier command.
        """
        if self._connection is None:
            self._connection = self._pool.get_connection()
        if self._pending_replies >= MAX_PENDING_REPLIES:  # they arrived long ago: no waiting
            self._read_replies()
        packed = self._connection.pack_commands(commands)
        self._connection.send_packed_command(packed, check_health=False)
        self._pending_replies += len(commands)

    def ask(self, *commands: RedisCommand) -> list[Any]:
        """Send commands and return their replies, unconverted, in order.

        Raises:
            redis.RedisError: the server is unreachable, or rejected a command.
        """
        self.send(*commands)
        return self._read_replies()[-len(commands) :]

    def _read_replies(self) -> list[Any]:
        """Read all outstanding replies."""
        replies = [self._connection.read_response() for _ in range(self._pending_replies)]
        self._pending_replies = 0
        return replies

    def close(self) -> None:
        """Disconnect and drop outstanding replies; the next command opens a new connection."""
        connection, self._connection, self._pending_replies = self._connection, None, 0
        if connection:
            connection.disconnect()
            self._pool.release(connection)
