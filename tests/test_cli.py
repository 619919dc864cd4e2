"""The command line as a user types it: every mistake is one line and an exit code."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hiitpi.settings import ROOT
from tests.conftest import MIRROR, free_port, shared


def hiitpi(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "HIITPI_MODEL_MIRROR": str(MIRROR), **env}
    command = [sys.executable, "-m", "hiitpi", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120, check=False
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says what is wrong."""
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "hiitpi:" in line]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def npz() -> Path:
    return shared("poses/jumping_jack__18.npz")


def test_count_keypoints_as_json(npz: Path):
    done = hiitpi("count", str(npz), "--workout", "jumping_jacks", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"workout", "model", "reps", "attempts", "events", "frames", "seconds"}
    assert (found["workout"], found["model"], found["reps"]) == ("jumping_jacks", "blazepose", 8)
    assert found["frames"] == 172
    reps = [event for event in found["events"] if event["kind"] == "rep"]
    assert len(reps) == 8
    assert all(0 < event["t"] < found["seconds"] + 0.1 for event in reps)


def test_count_of_another_models_keypoints(npz: Path):
    done = hiitpi("count", str(npz), "--workout", "jumping_jacks", "--model", "posenet", "--json")
    assert json.loads(done.stdout)["reps"] == 8


def test_count_in_words(npz: Path):
    done = hiitpi("count", str(npz), "--workout", "jumping_jacks")
    assert "8 jumping jacks, 0 did not count (blazepose)." in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clip", "workout", "reps"),
    [("jumping_jack__18", "jumping_jacks", 8), ("squat__7", "squat", 6)],
)
def test_count_a_video_of_a_real_person(clip: str, workout: str, reps: int):
    video = shared(f"clips/{clip}.mp4")
    done = hiitpi("count", str(video), "--workout", workout, "--model", "blazepose", "--json")
    assert json.loads(done.stdout)["reps"] == reps


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["count", "nowhere.mp4", "--workout", "squat"], "nowhere.mp4"),
        (["count", "nowhere.npz", "--workout", "squat"], "nowhere.npz"),
        (["count", "README.md", "--workout", "squat"], "Is it a video"),
        (["count", "README.md", "--workout", "swim"], "No workout 'swim'"),
        (["count", "README.md", "--workout", "squat", "--model", "hal"], "No pose"),
        (["serve", "--model", "hal"], "No pose"),
        (["serve", "--port", "0"], "HIITPI_PORT"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], says: str, tmp_path: Path):
    assert says in complaint(hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path)))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "not a recording"), (b"junk" * 100, "not a recording"), (None, "no keypoints of")],
)
def test_a_file_that_is_no_recording(tmp_path: Path, content: bytes | None, says: str):
    path = tmp_path / "x.npz"
    if content is None:
        import numpy as np

        np.savez(path, t=np.arange(3.0))
    else:
        path.write_bytes(content)
    assert says in complaint(hiitpi("count", str(path), "--workout", "squat"))


def test_port_in_use(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = hiitpi("serve", "--host", "127.0.0.1", "--port", port, HIITPI_INSTANCE=str(tmp_path))
    assert f"Cannot listen on 127.0.0.1:{port}" in complaint(done)


def test_redis_missing(tmp_path: Path):
    arguments = ["serve", "--host", "127.0.0.1", "--port", str(free_port())]
    done = hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path), PATH=str(tmp_path))
    assert "redis-server is not installed" in complaint(done)


@pytest.mark.slow
@pytest.mark.parametrize("camera", ["/dev/video99", "99", "nowhere.mp4"])
def test_no_camera_of_that_name(tmp_path: Path, camera: str):
    arguments = ["serve", "--host", "127.0.0.1", "--port", str(free_port()), "--camera", camera]
    assert camera in complaint(hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path)))


@pytest.mark.slow
def test_serve_opens_survives_kills_and_stops_clean(tmp_path: Path):
    port = free_port()
    env = {**os.environ, "HIITPI_MODEL_MIRROR": str(MIRROR), "HIITPI_INSTANCE": str(tmp_path / "i")}
    command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--camera", "athlete"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as app:
        assert app.stdout is not None
        said = [app.stdout.readline() for _ in range(3)]
        assert f"http://localhost:{port}" in said[2]
        before = children(app.pid)
        assert len(before) == 3
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while len(set(children(app.pid)) - set(before)) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        started = set(children(app.pid))
        app.send_signal(signal.SIGTERM)
        out, _ = app.communicate(timeout=15)
    assert app.returncode == 0
    assert "Stopped." in out
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]
