"""A connection of one's own, on which one need not wait for answers."""

from typing import Any, Final

from hiitpi.live.bus import Client

#: Answers that may be outstanding; Redis gives each within a millisecond.
MOST: Final = 10

Words = tuple[Any, ...]


class Line:
    """Sends commands, and reads their answers at once or later.

    Waiting for an answer costs a process two switches, thirty times a second, and a client's pool
    as much again; the answer to adding a sample says nothing. When a method raises, close the line.
    """

    def __init__(self, client: Client) -> None:
        self._pool = client.connection_pool
        self._connection: Any = None
        self._owed = 0

    def send(self, *commands: Words) -> None:
        """Send commands; an error comes up with later ones.

        Raises:
            redis.RedisError: the server is away, or refused an earlier command.
        """
        if self._connection is None:
            self._connection = self._pool.get_connection()
        if self._owed >= MOST:  # their answers have been here for long
            self._settle()
        packed = self._connection.pack_commands(commands)
        self._connection.send_packed_command(packed, check_health=False)
        self._owed += len(commands)

    def ask(self, *commands: Words) -> list[Any]:
        """Send commands and wait for their answers, as they come off the wire.

        Raises:
            redis.RedisError: the server is away, or refused a command.
        """
        self.send(*commands)
        return self._settle()[-len(commands) :]

    def _settle(self) -> list[Any]:
        answers = [self._connection.read_response() for _ in range(self._owed)]
        self._owed = 0
        return answers

    def close(self) -> None:
        """Forget what is owed; the next command takes a new connection."""
        connection, self._connection, self._owed = self._connection, None, 0
        if connection:
            connection.disconnect()
            self._pool.release(connection)
