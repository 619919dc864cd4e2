"""A short version of `python -m tests.chaos`, and disks that are full or read-only."""

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
from tests.chaos import FAULTS, kill, run, training, wait

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", ["pipeline+web", "redis", "power", "term"])
def test_no_repetition_that_was_shown_is_lost(fault: str):
    assert fault in FAULTS
    results = list(run(fault, rounds=1, seed=1))
    assert results
    assert [result for result in results if result.error] == []


def test_a_hung_pipeline_is_restarted(tmp_path: Path):
    with training(tmp_path / "instance") as (app, page):
        app.start_session()
        wait(lambda: page.total >= 1)
        (hung_pid,) = (pid for pid, part in process_tree(app.pid).items() if part == "pipeline")
        shown_before, stopped_at = page.total, time.monotonic()
        kill(app, ["pipeline"], signal.SIGSTOP)
        wait(lambda: not Path(f"/proc/{hung_pid}").exists())
        assert HEARTBEAT_TIMEOUT_S["pipeline"] - 1 < time.monotonic() - stopped_at < 10.5
        wait(lambda: page.total > shown_before)


def test_the_app_survives_the_sleep_of_the_machine(tmp_path: Path):
    """All processes are stopped for longer than the heartbeat timeout, as during a sleep."""
    with training(tmp_path / "instance") as (app, page):
        app.start_session()
        wait(lambda: page.total >= 1)
        processes = process_tree(app.pid)
        for signal_number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in sorted(processes, reverse=signal_number == signal.SIGCONT):
                os.kill(pid, signal_number)
            time.sleep(
                HEARTBEAT_TIMEOUT_S["pipeline"] + 2 if signal_number == signal.SIGSTOP else 3
            )
        assert process_tree(app.pid) == processes
        shown_before = page.total
        wait(lambda: page.total > shown_before)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a small file system, which only root may do, and return its folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("cannot mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_training_continues_and_nothing_is_lost_on_a_full_disk(disk: Path):
    with training(disk / "instance") as (app, page):
        uuid = app.start_session()
        wait(lambda: page.total >= 2)
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass
        assert os.statvfs(disk).f_bavail == 0
        shown_before = page.total
        wait(lambda: page.total >= shown_before + 3)  # training continues
        filler.unlink()
        shown_before = page.total
        wait(lambda: page.total >= shown_before + 1)
        shown_before = page.total
        kill(app, ["pipeline"])
        wait(lambda: page.total > shown_before)
        session = app.bus().session()
        assert session["uuid"] == uuid
        os.kill(app.pid, signal.SIGTERM)
        wait(lambda: len(process_tree(app.pid)) <= 1)
        shown_before = page.total
        store = Store(app.settings.database)
        record = store.session(uuid)
        store.close()
        assert record.status == "interrupted"
        assert record.reps >= shown_before
        assert [rep.number for rep in record.series] == list(range(1, record.reps + 1))


def test_a_read_only_folder_is_reported_in_one_line(disk: Path):
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    command = [sys.executable, "-m", "hiitpi", "serve", "--host", "127.0.0.1"]
    result = subprocess.run(
        [*command, "--port", str(free_port()), "--camera", "athlete"], cwd=ROOT, text=True,
        env={**os.environ, "HIITPI_INSTANCE": str(disk / "instance")}, capture_output=True,
        timeout=60,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr.count("hiitpi:") == 1
    assert "Read-only file system" in result.stderr
    assert "Traceback" not in result.stderr
