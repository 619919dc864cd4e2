"""A PostgreSQL of Debian's package, started for tests."""

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
    """One that runs: its socket's folder, and its port on the network."""

    folder: Path
    port: int

    def url(self, database: str, host: str = "") -> str:
        """Of a database, by the socket, or over the network by the server's address."""
        where = f"{host}:{self.port}/{database}" if host else f"/{database}?host={self.folder}"
        more = "" if host else f"&port={self.port}"
        return f"postgresql+psycopg://hiitpi@{where}{more}"


@contextmanager
def postgresql_server(listen: str = "", prefix: Sequence[str] = ()) -> Iterator[Server]:
    """Run one in a folder of its own.

    Args:
        listen: addresses; "": its socket only. Whoever reaches them is let in.
        prefix: of its command, for a network namespace.
    """
    server = Server(Path("/tmp") / f"hiitpi-pg-{uuid4().hex[:8]}", free_port())
    folder = server.folder  # a socket's path must be short
    folder.mkdir(mode=0o700)
    user: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(*command: str) -> None:
        whole = [*prefix, *user, *command]
        subprocess.run(whole, check=True, cwd=folder, stdout=subprocess.DEVNULL)

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
