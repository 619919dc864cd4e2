"""A connection of one's own, on which one need not wait for answers."""

from typing import Any, Final

from hiitpi.live.redis_client import Client

#: Answers that may be outstanding; Redis gives each within a millisecond.
MAX_PENDING_REPLIES: Final = 10

RedisCommand = tuple[Any, ...]


class PipelinedConnection:
    """Sends commands, and reads their answers at once or later.

    Waiting for an answer costs a process two switches, thirty times a second, and a client's pool
    as much again; the answer to adding a sample says nothing. When a method raises, close the line.
    """

    def __init__(self, client: Client) -> None:
        self._pool = client.connection_pool
        self._connection: Any = None
        self._pending_replies = 0

    def send(self, *commands: RedisCommand) -> None:
        """Send commands; an error comes up with later ones.

        Raises:
            redis.RedisError: the server is away, or refused an earlier command.
        """
        if self._connection is None:
            self._connection = self._pool.get_connection()
        if self._pending_replies >= MAX_PENDING_REPLIES:  # their answers have been here for long
            self._read_replies()
        packed = self._connection.pack_commands(commands)
        self._connection.send_packed_command(packed, check_health=False)
        self._pending_replies += len(commands)

    def ask(self, *commands: RedisCommand) -> list[Any]:
        """Send commands and wait for their answers, as they come off the wire.

        Raises:
            redis.RedisError: the server is away, or refused a command.
        """
        self.send(*commands)
        return self._read_replies()[-len(commands) :]

    def _read_replies(self) -> list[Any]:
        answers = [self._connection.read_response() for _ in range(self._pending_replies)]
        self._pending_replies = 0
        return answers

    def close(self) -> None:
        """Forget what is owed; the next command takes a new connection."""
        connection, self._connection, self._pending_replies = self._connection, None, 0
        if connection:
            connection.disconnect()
            self._pool.release(connection)
