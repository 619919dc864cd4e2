"""A little of what `python -m tests.chaos` does for long, and disks that are full or read-only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hiitpi.app.supervisor import HEARTBEAT_TIMEOUT_S
from hiitpi.bench.process_stats import process_tree
from hiitpi.records.sessions import Store
from hiitpi.settings import ROOT
from hiitpi.system.ports import free_port
from tests.chaos import WHAT, kill, run, training, wait

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("what", ["pipeline+web", "redis", "power", "term"])
def test_nothing_that_was_shown_is_lost(what: str):
    assert what in WHAT
    results = list(run(what, rounds=1, seed=1))
    assert results
    assert [result for result in results if result.trouble] == []


def test_a_pipeline_that_is_stuck_is_noticed_and_started_again(tmp_path: Path):
    with training(tmp_path / "instance") as (app, page):
        app.start_session()
        wait(lambda: page.total >= 1)
        (stuck,) = (pid for pid, part in process_tree(app.pid).items() if part == "pipeline")
        shown, began = page.total, time.monotonic()
        kill(app, ["pipeline"], signal.SIGSTOP)
        wait(lambda: not Path(f"/proc/{stuck}").exists())
        assert HEARTBEAT_TIMEOUT_S["pipeline"] - 1 < time.monotonic() - began < 10.5
        wait(lambda: page.total > shown)


def test_a_machine_that_slept_goes_on(tmp_path: Path):
    """All processes stand still for longer than a stuck one is allowed to."""
    with training(tmp_path / "instance") as (app, page):
        app.start_session()
        wait(lambda: page.total >= 1)
        before = process_tree(app.pid)
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in sorted(before, reverse=number == signal.SIGCONT):
                os.kill(pid, number)
            time.sleep(HEARTBEAT_TIMEOUT_S["pipeline"] + 2 if number == signal.SIGSTOP else 3)
        assert process_tree(app.pid) == before
        shown = page.total
        wait(lambda: page.total > shown)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_stops_nobody_and_loses_nothing(disk: Path):
    with training(disk / "instance") as (app, page):
        uuid = app.start_session()
        wait(lambda: page.total >= 2)
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass
        assert os.statvfs(disk).f_bavail == 0
        shown = page.total
        wait(lambda: page.total >= shown + 3)  # training goes on
        filler.unlink()
        shown = page.total
        wait(lambda: page.total >= shown + 1)
        shown = page.total
        kill(app, ["pipeline"])
        wait(lambda: page.total > shown)
        session = app.bus().session()
        assert session["uuid"] == uuid
        os.kill(app.pid, signal.SIGTERM)
        wait(lambda: len(process_tree(app.pid)) <= 1)
        shown = page.total
        store = Store(app.settings.database)
        record = store.session(uuid)
        store.close()
        assert record.status == "interrupted"
        assert record.reps >= shown
        assert [rep.number for rep in record.series] == list(range(1, record.reps + 1))


def test_a_read_only_folder_is_told_in_one_line(disk: Path):
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    command = [sys.executable, "-m", "hiitpi", "serve", "--host", "127.0.0.1"]
    done = subprocess.run(
        [*command, "--port", str(free_port()), "--camera", "athlete"], cwd=ROOT, text=True,
        env={**os.environ, "HIITPI_INSTANCE": str(disk / "instance")}, capture_output=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("hiitpi:") == 1
    assert "Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr
