"""The command line as a user types it; every user error gives one line and an exit code."""

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
    """Run a command of `python -m hiitpi`.

    Args:
        arguments: the arguments of the command line.
        env: environment variables in addition to those of this process.
    """
    variables = {**os.environ, "HIITPI_MODEL_MIRROR": str(MIRROR), **env}
    command = [sys.executable, "-m", "hiitpi", *arguments]
    # No timeout other than pytest's, which is longer on an emulated processor.
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )


def error_line(result: subprocess.CompletedProcess[str]) -> str:
    """Return the single line of the error message of a command that failed."""
    assert result.returncode not in (0, None)
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if "hiitpi:" in line]
    assert len(lines) == 1, result.stderr
    return lines[0]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Return a recording: five jumping jacks and a failed attempt; PoseNet detected nobody."""
    half_raised = replace(OPEN, arms=(90, 90))
    frames = list(film(*cycle(OPEN, CLOSED, 1.0, times=5), *cycle(half_raised, CLOSED)))
    poses = [figure.pose() for _, figure in frames if figure]
    rows = np.stack([np.column_stack((pose.xy, pose.score)) for pose in poses]).astype(np.float16)
    path = tmp_path / "jacks.npz"
    not_detected = np.full_like(rows, np.nan)
    np.savez(path, t=[time for time, _ in frames], blazepose=rows, posenet=not_detected)
    return path


def test_count_keypoints_as_json(recording: Path):
    result = hiitpi("count", str(recording), "--workout", "jumping_jacks", "--json")
    assert result.returncode == 0, result.stderr
    output = json.loads(result.stdout)
    assert set(output) == {"workout", "model", "reps", "attempts", "events", "frames", "seconds"}
    assert (output["workout"], output["model"]) == ("jumping_jacks", "blazepose")
    assert (output["reps"], output["attempts"]) == (5, 1)
    assert output["frames"] == len(np.load(recording)["t"])
    assert [event["kind"] for event in output["events"]] == ["rep"] * 5 + ["attempt"]
    assert [round(event["t"]) for event in output["events"][:5]] == [1, 2, 3, 4, 5]


def test_count_uses_the_keypoints_of_the_selected_model(recording: Path):
    result = hiitpi(
        "count", str(recording), "--workout", "jumping_jacks", "--model", "posenet", "--json"
    )
    assert json.loads(result.stdout)["reps"] == 0  # it detected nobody


def test_count_as_text(recording: Path):
    result = hiitpi("count", str(recording), "--workout", "jumping_jacks")
    assert "5 jumping jacks, 1 did not count (blazepose)." in result.stdout
    assert "did not count: Hands higher" in result.stdout


@pytest.mark.slow
def test_count_a_video_of_a_real_person():
    video = str(shared("clips/jumping_jack__18.mp4"))
    result = hiitpi("count", video, "--workout", "jumping_jacks", "--model", "blazepose", "--json")
    assert json.loads(result.stdout)["reps"] == 8


@pytest.mark.slow
def test_the_keypoints_of_a_video_are_stored_and_counted_again(tmp_path: Path):
    video, stored = str(shared("clips/jumping_jack__18.mp4")), tmp_path / "jacks.npz"
    arguments = "--workout", "jumping_jacks", "--model", "movenet", "--json"
    first = hiitpi("count", video, *arguments, "--save", str(stored))
    assert first.returncode == 0, first.stderr
    again = hiitpi("count", str(stored), *arguments)
    figures = [json.loads(result.stdout) for result in (first, again)]
    assert [f["reps"] for f in figures] == [8, 8]
    assert figures[0]["frames"] == figures[1]["frames"]
    with np.load(stored) as arrays:
        assert arrays["size"].tolist() == [*reversed(next(read_video(Path(video))).image.shape[:2])]
    assert stored.stat().st_size < 60_000
    assert "exists already" in error_line(hiitpi("count", video, *arguments, "--save", str(stored)))
    wrong = hiitpi("count", str(stored), *arguments, "--save", str(tmp_path / "other.npz"))
    assert "needs a video" in error_line(wrong)


def test_count_plots_the_signal(recording: Path, tmp_path: Path):
    page = tmp_path / "signal.html"
    result = hiitpi("count", str(recording), "--workout", "jumping_jacks", "--plot", str(page))
    assert result.returncode == 0, result.stderr
    text = page.read_text()
    assert "Jumping Jacks: 5 (blazepose)" in text
    assert "did not count" in text
    arguments = ["count", str(recording), "--workout", "squat", "--video", "x.mp4"]
    assert "needs a video" in error_line(hiitpi(*arguments))


@pytest.mark.slow
def test_count_writes_a_video_with_overlay(tmp_path: Path):
    clip, out = tmp_path / "clip.avi", tmp_path / "out.mp4"
    renderer, pose = BodyRenderer((320, 240)), ANIMATIONS["jumping_jacks"].pose
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for phase in (0.0, 0.0, 0.25, 0.5, 0.5, 0.75, 1.0, 1.0):
        writer.write(renderer(pose(phase, 1, 1))[..., ::-1])
    writer.release()
    result = hiitpi("count", str(clip), "--workout", "jumping_jacks", "--video", str(out))
    assert result.returncode == 0, result.stderr
    frames = list(read_video(out))
    assert len(frames) == 8
    green = np.abs(frames[-1].image.astype(int) - (61, 220, 132)).sum(-1) < 90
    assert green.sum() > 150


@pytest.mark.parametrize(
    ("arguments", "message"),
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
def test_user_errors_give_one_line(arguments: list[str], message: str, tmp_path: Path):
    assert message in error_line(hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path)))


def test_port_in_use(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        result = hiitpi(
            "serve", "--host", "127.0.0.1", "--port", port, HIITPI_INSTANCE=str(tmp_path)
        )
    assert f"Cannot listen on 127.0.0.1:{port}" in error_line(result)


def test_a_missing_redis_server_is_reported(tmp_path: Path):
    arguments = ["serve", "--host", "127.0.0.1", "--port", str(free_port())]
    result = hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path), PATH=str(tmp_path))
    assert "redis-server is not installed" in error_line(result)


@pytest.mark.slow
def test_a_missing_camera_is_reported(tmp_path: Path):
    # Twice, since the first run may have left its Redis running.
    for camera in ("99", "nowhere.mp4"):
        arguments = ["serve", "--host", "127.0.0.1", "--port", str(free_port()), "--camera", camera]
        result = hiitpi(*arguments, HIITPI_INSTANCE=str(tmp_path))
        assert camera in error_line(result)
        assert "HIIT PI is open" not in result.stdout


@pytest.mark.slow
def test_serve_starts_up_restarts_killed_processes_and_stops_cleanly(tmp_path: Path):
    port = free_port()
    env = {**os.environ, "HIITPI_MODEL_MIRROR": str(MIRROR), "HIITPI_INSTANCE": str(tmp_path / "i")}
    command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--camera", "athlete"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as app:
        assert app.stdout is not None
        startup_lines = [app.stdout.readline() for _ in range(3)]
        assert f"http://localhost:{port}" in startup_lines[2]
        before = child_pids(app.pid)
        assert len(before) == 3
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while len(set(child_pids(app.pid)) - set(before)) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        restarted = set(child_pids(app.pid))
        app.send_signal(signal.SIGTERM)
        out, _ = app.communicate(timeout=15)
    assert app.returncode == 0
    assert "Stopped." in out
    assert not any(Path(f"/proc/{pid}").exists() for pid in restarted)


def child_pids(pid: int) -> list[int]:
    """Return the ids of the child processes of a process."""
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(pid_text) for pid_text in pids]


def test_models_are_listed():
    result = hiitpi("models")
    assert result.returncode == 0
    lines = {line.split()[1]: line for line in result.stdout.splitlines()}
    assert {"blazepose", "blazepose_lite", "posenet", "posenet_353", "movenet"} <= set(lines)
    assert all(line.split()[0] in ("have", "need") for line in lines.values())
    assert all("Apache-2.0" in line for line in lines.values())


def test_models_are_fetched_from_the_mirror():
    shared("models")
    result = hiitpi("models", "fetch", "movenet", "--edgetpu")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("movenet: ")
    assert result.stdout.strip().endswith("_edgetpu.tflite")
    assert "No pose model 'hal'" in error_line(hiitpi("models", "fetch", "hal"))


@pytest.mark.parametrize("rounds", ["0", "1", "-3", "x"])
def test_bench_rejects_invalid_rounds(rounds: str):
    result = hiitpi("bench", "pose", "--rounds", rounds)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_bench_pose_measures_every_engine():
    """Compares times of one run: our overhead, relative to the model alone, stays small."""
    shared("models")
    names = ("posenet", "posenet_353", "movenet", "blazepose")
    best = dict.fromkeys(names, 0.0)
    for _ in range(4):  # on a busy machine, one of few rounds may be interrupted for long
        result = hiitpi("bench", "pose", "--rounds", "5", "--json", HIITPI_THREADS="1")
        assert result.returncode == 0, result.stderr
        figures = json.loads(result.stdout)
        for name in names:
            assert figures[f"pose_{name}_median_ms"] > 0
            assert figures[f"pose_{name}_p95_ms"] >= figures[f"pose_{name}_median_ms"]
            best[name] = max(best[name], figures[f"pose_{name}_ratio"])
        if min(best.values()) > 0.5:
            break
    assert min(best.values()) > 0.5, best


@pytest.mark.slow
def test_bench_records_times_every_query_and_prints_the_plans():
    result = hiitpi("bench", "records", "--sessions", "60", "--rounds", "2", "--plans")
    assert result.returncode == 0, result.stderr
    assert "leaderboard, all time" in result.stdout
    assert "USING INDEX tally_day" in result.stdout


def test_backup_and_restore(tmp_path: Path):
    backup, env = tmp_path / "backup.sqlite", {"HIITPI_INSTANCE": str(tmp_path / "instance")}
    (tmp_path / "instance").mkdir()
    result = hiitpi("backup", str(backup), **env)
    assert result.stdout == f"Backed up to {backup}. Sessions: 0.\n", result.stderr
    assert "already exists" in error_line(hiitpi("backup", str(backup), **env))
    result = hiitpi("restore", str(backup), **env)
    assert "Sessions restored: 0." in result.stdout, result.stderr
    assert "no file" in error_line(hiitpi("restore", str(tmp_path / "none"), **env))


def test_doctor_exits_with_1_if_the_app_cannot_run(tmp_path: Path):
    env = {"HIITPI_INSTANCE": str(tmp_path), "HIITPI_PORT": str(free_port())}
    env["HIITPI_MODEL"] = "blazepose"  # auto would measure all of them
    assert hiitpi("doctor", HIITPI_CAMERA="athlete", **env).returncode == 0
    failed = hiitpi("doctor", HIITPI_CAMERA="/dev/video99", **env)
    assert failed.returncode == 1
    assert "✗ camera" in failed.stdout
    assert "Traceback" not in failed.stderr
