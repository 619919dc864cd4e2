"""The command line as a user types it: every mistake is one line and an exit code."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from hiitpi.camera.opencv import read_video
from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.renderer import BodyRenderer
from hiitpi.settings import ROOT
from hiitpi.system.ports import free_port
from tests.conftest import MIRROR, shared
from tests.support.stick_figure import CLOSED, OPEN, cycle, film


def hiitpi(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "HIITPI_MODEL_MIRROR": str(MIRROR), **env}
    command = [sys.executable, "-m", "hiitpi", *arguments]
    # No time limit but pytest's own, which is longer where the processor is emulated.
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says what is wrong."""
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "hiitpi:" in line]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    """Five jumping jacks and one that is none, as keypoints of two models."""
    half = replace(OPEN, arms=(90, 90))
    frames = list(film(*cycle(OPEN, CLOSED, 1.0, times=5), *cycle(half, CLOSED)))
    poses = [figure.pose() for _, figure in frames if figure]
    rows = np.stack([np.column_stack((p.xy, p.score)) for p in poses]).astype(np.float16)
    path = tmp_path / "jacks.npz"
    nobody = np.full_like(rows, np.nan)
    np.savez(path, t=[time for time, _ in frames], blazepose=rows, posenet=nobody)
    return path


def test_count_keypoints_as_json(npz: Path):
    done = hiitpi("count", str(npz), "--workout", "jumping_jacks", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"workout", "model", "reps", "attempts", "events", "frames", "seconds"}
    assert (found["workout"], found["model"]) == ("jumping_jacks", "blazepose")
    assert (found["reps"], found["attempts"]) == (5, 1)
    assert found["frames"] == len(np.load(npz)["t"])
    assert [event["kind"] for event in found["events"]] == ["rep"] * 5 + ["attempt"]
    assert [round(event["t"]) for event in found["events"][:5]] == [1, 2, 3, 4, 5]


def test_count_of_another_models_keypoints(npz: Path):
    done = hiitpi("count", str(npz), "--workout", "jumping_jacks", "--model", "posenet", "--json")
    assert json.loads(done.stdout)["reps"] == 0  # it saw nobody


def test_count_in_words(npz: Path):
    done = hiitpi("count", str(npz), "--workout", "jumping_jacks")
    assert "5 jumping jacks, 1 did not count (blazepose)." in done.stdout
    assert "did not count: Hands higher" in done.stdout


@pytest.mark.slow
def test_count_a_video_of_a_real_person():
    video = str(shared("clips/jumping_jack__18.mp4"))
    done = hiitpi("count", video, "--workout", "jumping_jacks", "--model", "blazepose", "--json")
    assert json.loads(done.stdout)["reps"] == 8


def test_count_shows_what_it_counted(npz: Path, tmp_path: Path):
    page = tmp_path / "signal.html"
    done = hiitpi("count", str(npz), "--workout", "jumping_jacks", "--plot", str(page))
    assert done.returncode == 0, done.stderr
    text = page.read_text()
    assert "Jumping Jacks: 5 (blazepose)" in text
    assert "did not count" in text
    wrong = ["count", str(npz), "--workout", "squat", "--video", "x.mp4"]
    assert "needs a video" in complaint(hiitpi(*wrong))


@pytest.mark.slow
def test_count_writes_the_overlay(tmp_path: Path):
    clip, out = tmp_path / "clip.avi", tmp_path / "out.mp4"
    painter, pose = BodyRenderer((320, 240)), ANIMATIONS["jumping_jacks"].pose
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for phase in (0.0, 0.0, 0.25, 0.5, 0.5, 0.75, 1.0, 1.0):
        writer.write(painter(pose(phase, 1, 1))[..., ::-1])
    writer.release()
    done = hiitpi("count", str(clip), "--workout", "jumping_jacks", "--video", str(out))
    assert done.returncode == 0, done.stderr
    stills = list(read_video(out))
    assert len(stills) == 8
    green = np.abs(stills[-1].image.astype(int) - (61, 220, 132)).sum(-1) < 90
    assert green.sum() > 150


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["count", "nowhere.mp4", "--workout", "squat"], "nowhere.mp4"),
        (["count", "nowhere.npz", "--workout", "squat"], "nowhere.npz"),
        (["count", "README.md", "--workout", "squat"], "Is it a video"),
        (["count", "README.md", "--workout", "swim"], "No workout 'swim'"),
        (["serve", "--model", "hal"], "No pose"),
        (["models", "list", "hal"], "No pose"),
        (["serve", "--port", "0"], "HIITPI_PORT"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], says: str, tmp_path: Path):
    assert says in complaint(hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a recording"),
        (b"junk" * 100, "not a recording"),
        (b"PK\x03\x04" + bytes(100), "not a recording"),
        (b"\x93NUMPY\x01\x00", "not a recording"),
        (None, "no keypoints of"),
    ],
)
def test_a_file_that_is_no_recording(tmp_path: Path, content: bytes | None, says: str):
    path = tmp_path / "x.npz"
    if content is None:
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
    # Twice, since an earlier run may have left its Redis behind.
    for _ in range(2 if camera == "99" else 1):
        done = hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path))
        assert camera in complaint(done)
        assert "HIIT PI is open" not in done.stdout


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


def test_models_are_listed():
    done = hiitpi("models")
    assert done.returncode == 0
    lines = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert {"blazepose", "blazepose_lite", "posenet", "posenet_353", "movenet"} <= set(lines)
    assert all(line.split()[0] in ("have", "need") for line in lines.values())
    assert all("Apache-2.0" in line for line in lines.values())


def test_models_fetch_from_the_mirror():
    shared("models")
    done = hiitpi("models", "fetch", "movenet", "--edgetpu")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("movenet: ")
    assert done.stdout.strip().endswith("_edgetpu.tflite")
    assert "No pose model 'hal'" in complaint(hiitpi("models", "fetch", "hal"))


@pytest.mark.parametrize("rounds", ["0", "1", "-3", "x"])
def test_bench_needs_rounds(rounds: str):
    done = hiitpi("bench", "pose", "--rounds", rounds)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_bench_pose_measures_every_engine():
    """Compared within one run: what we add to the model's own time stays small."""
    shared("models")
    done = hiitpi("bench", "pose", "--rounds", "5", "--json", HIITPI_THREADS="1")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    for name in ("posenet", "posenet_353", "movenet", "blazepose"):
        assert figures[f"pose_{name}_median_ms"] > 0
        assert figures[f"pose_{name}_p95_ms"] >= figures[f"pose_{name}_median_ms"]
        assert figures[f"pose_{name}_ratio"] > 0.5


@pytest.mark.slow
def test_bench_records_times_every_query_and_shows_the_plans():
    done = hiitpi("bench", "records", "--sessions", "60", "--rounds", "2", "--plans")
    assert done.returncode == 0, done.stderr
    assert "leaderboard, all time" in done.stdout
    assert "USING INDEX tally_day" in done.stdout


def test_backup_and_restore(tmp_path: Path):
    file, here = tmp_path / "backup.sqlite", {"HIITPI_INSTANCE": str(tmp_path / "instance")}
    (tmp_path / "instance").mkdir()
    done = hiitpi("backup", str(file), **here)
    assert done.stdout == f"Backed up to {file}. Sessions: 0.\n", done.stderr
    assert "already exists" in complaint(hiitpi("backup", str(file), **here))
    done = hiitpi("restore", str(file), **here)
    assert "Sessions restored: 0." in done.stdout, done.stderr
    assert "no file" in complaint(hiitpi("restore", str(tmp_path / "none"), **here))


def test_doctor_exits_with_1_if_the_app_could_not_run(tmp_path: Path):
    env = {"HIITPI_INSTANCE": str(tmp_path), "HIITPI_PORT": str(free_port())}
    env["HIITPI_MODEL"] = "blazepose"  # auto would measure all of them
    assert hiitpi("doctor", HIITPI_CAMERA="athlete", **env).returncode == 0
    sick = hiitpi("doctor", HIITPI_CAMERA="/dev/video99", **env)
    assert sick.returncode == 1
    assert "✗ camera" in sick.stdout
    assert "Traceback" not in sick.stderr
