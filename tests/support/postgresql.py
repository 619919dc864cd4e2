"""A PostgreSQL server for tests, started from Debian's package."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from hiitpi.system.ports import free_port

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@dataclass(frozen=True)
class Server:
    """A running server: the folder of its socket, and its TCP port."""

    folder: Path
    port: int

    def url(self, database: str, host: str = "") -> str:
        """Return the URL of a database, over TCP if `host` is given, else over the socket."""
        path = f"{host}:{self.port}/{database}" if host else f"/{database}?host={self.folder}"
        port = "" if host else f"&port={self.port}"
        return f"postgresql+psycopg://hiitpi@{path}{port}"


@contextmanager
def postgresql_server(listen: str = "", prefix: Sequence[str] = ()) -> Iterator[Server]:
    """Run a server in a temporary folder.

    Args:
        listen: addresses to listen on, without authentication; "" for the socket only.
        prefix: put before each command, to run it in a network namespace.
    """
    server = Server(Path("/tmp") / f"hiitpi-pg-{uuid4().hex[:8]}", free_port())
    folder = server.folder  # directly in /tmp: a socket's path must be short
    folder.mkdir(mode=0o700)
    user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(*command: str) -> None:
        subprocess.run(
            [*prefix, *user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL
        )

    binaries, data = BINARIES[-1].parent, folder / "data"
    run(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "hiitpi", "--no-sync")
    if listen:
        with (data / "pg_hba.conf").open("a") as file:
            file.write("host all all 10.90.0.0/16 trust\n")
    options = f"-c listen_addresses='{listen}' -c port={server.port} -c fsync=off -k {folder}"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    run(*control, "-o", options, "start")
    try:
        yield server
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)
