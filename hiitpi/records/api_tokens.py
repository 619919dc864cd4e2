"""The tokens with which scripts use the API."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from sqlalchemy import func, select

from hiitpi.errors import RecordsError
from hiitpi.records.database import CHECKPOINT, Database
from hiitpi.records.mapping import values
from hiitpi.records.schema import ApiTokenRow

#: What a token may do: "control" may also start and end sessions.
Scope = Literal["read", "control"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

#: How a token begins, so that people and scanners for secrets recognise it.
PREFIX: Final = "hiitpi_"

#: Random bytes of a token, which nobody can guess.
TOKEN_BYTES: Final = 32

MAX_TOKENS: Final = 20
MAX_NAME_CHARS: Final = 40

#: The last use is stored to this precision, so that reading does not write each time.
LAST_USED_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token, without its secret.

    Attributes:
        id: its number.
        name: what it is for.
        scope: what it may do.
        created: when it was made.
        last_used: when it was last used, to the hour; None for never.
    """

    id: int
    name: str
    scope: Scope
    created: datetime
    last_used: datetime | None


class ApiTokenRepository:
    """The tokens of one database.

    Args:
        database: the database.
        now: returns the current time with its time zone.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def all(self) -> list[ApiToken]:
        """Return all tokens, oldest first."""
        with self._database.reading() as db:
            return [_token(row) for row in db.scalars(select(ApiTokenRow).order_by(ApiTokenRow.id))]

    def add(self, name: str, scope: str) -> str:
        """Add a token, and return its secret, which is not stored.

        Args:
            name: what it is for.
            scope: one of `SCOPES`.

        Raises:
            RecordsError: the name or the scope cannot be used, or there are too many tokens.
        """
        name = " ".join(name.split())
        if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
            raise RecordsError(f"Please enter what it is for, in 1 to {MAX_NAME_CHARS} characters.")
        if scope not in SCOPES:
            raise RecordsError("Please choose what the token may do.")
        secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        with self._database.writing() as db:
            if (db.scalar(select(func.count(ApiTokenRow.id))) or 0) >= MAX_TOKENS:
                raise RecordsError(f"There are {MAX_TOKENS} tokens. Revoke one first.")
            db.add(ApiTokenRow(name=name, hash=_hash(secret), scope=scope, created=self._now()))
        return secret

    def revoke(self, number: int) -> None:
        """Delete a token, if it exists; requests with it are refused from now on."""
        with self._database.writing() as db:
            row = db.get(ApiTokenRow, number)
            if row is not None:
                db.delete(row)

    def find(self, secret: str) -> ApiToken | None:
        """Return the token with a secret, and note that it was used; None if there is none."""
        query = select(ApiTokenRow).where(ApiTokenRow.hash == _hash(secret))
        now = self._now()
        with self._database.reading() as db:
            row = db.scalar(query)
            if row is None:
                return None
            token = _token(row)
        if token.last_used is None or not timedelta(0) <= now - token.last_used < LAST_USED_EVERY:
            # While somebody else writes, reading goes on: the next request notes it.
            with suppress(RecordsError), self._database.writing(CHECKPOINT) as db:
                row = db.scalar(query)
                if row is not None:
                    row.last_used = now
        return token


def _hash(secret: str) -> str:
    """Return the hash by which a token is found; random secrets need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(**values(row, ApiToken))
