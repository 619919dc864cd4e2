from pathlib import Path

import cv2
import numpy as np
import pytest

from hiitpi.camera.opencv import OpenCVCamera, read_video
from hiitpi.errors import CameraError


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Twelve pictures at 30/s, each of one grey: 20, 40, ..."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    for i in range(12):
        writer.write(np.full((48, 64, 3), 20 * (i + 1), np.uint8))
    writer.release()
    return path


def test_play_gives_every_picture_with_its_time(video: Path):
    stills = list(read_video(video))
    assert [round(float(s.image.mean()) / 20) for s in stills] == list(range(1, 13))
    assert [s.time for s in stills] == pytest.approx([i / 30 for i in range(12)], abs=0.002)
    assert stills[0].image.shape == (48, 64, 3)
    assert 0 <= stills[0].progress < stills[-1].progress <= 1


def test_a_file_plays_over_and_over(video: Path):
    camera = OpenCVCamera(str(video))
    camera.start()
    try:
        seq, last, restarts = 0, 0.0, 0
        while restarts < 2:
            frame = camera.read(seq, 5)
            assert frame is not None
            restarts += frame.image.mean() < last
            seq, last = frame.seq, frame.image.mean()
    finally:
        camera.close()
    assert camera.title == "recording clip.avi"


def test_a_file_plays_once_when_asked_to(video: Path):
    camera = OpenCVCamera(str(video), loop=False, realtime=False)
    camera.start()
    try:
        seq = 0
        while frame := camera.read(seq, 0.5):
            seq = frame.seq
        assert seq == 12
        assert camera.read(seq, 2.5) is None  # it has ended, which is not the same as frozen
    finally:
        camera.close()


def test_colours_are_rgb(tmp_path: Path):
    path = tmp_path / "red.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    for _ in range(3):
        writer.write(np.full((48, 64, 3), (0, 0, 250), np.uint8))
    writer.release()
    red, _, blue = next(read_video(path)).image.reshape(-1, 3).mean(0)
    assert red > 200 > 50 > blue


@pytest.mark.parametrize("source", ["99", "/dev/video99", "nowhere.mp4"])
def test_a_camera_that_is_not_there(source: str):
    with pytest.raises(CameraError, match=source):
        OpenCVCamera(source).start()


def test_a_file_that_is_no_video(tmp_path: Path):
    path = tmp_path / "notes.mp4"
    path.write_text("squats on Monday")
    with pytest.raises(CameraError, match="Is it a video"):
        list(read_video(path))
