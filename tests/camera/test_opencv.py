"""Video files and USB cameras, read with OpenCV."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from hiitpi.camera.factory import open_camera as open_any_camera
from hiitpi.camera.opencv import OpenCVCamera, read_video
from hiitpi.errors import CameraError
from hiitpi.settings import Settings


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Write a video of 12 frames at 30 frames/s, each of one grey level: 20, 40, ..."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    for i in range(12):
        writer.write(np.full((48, 64, 3), 20 * (i + 1), np.uint8))
    writer.release()
    return path


def test_a_video_is_read_with_the_time_of_each_frame(video: Path):
    frames = list(read_video(video))
    assert [round(float(s.image.mean()) / 20) for s in frames] == list(range(1, 13))
    assert [s.time for s in frames] == pytest.approx([i / 30 for i in range(12)], abs=0.002)
    assert frames[0].image.shape == (48, 64, 3)
    assert 0 <= frames[0].progress < frames[-1].progress <= 1


def test_a_file_is_played_in_a_loop(video: Path):
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


def test_a_file_is_played_once_without_loop(video: Path):
    camera = OpenCVCamera(str(video), loop=False, realtime=False)
    camera.start()
    try:
        seq = 0
        while frame := camera.read(seq, 0.5):
            seq = frame.seq
        assert seq == 12
        assert camera.read(seq, 2.5) is None  # the end of the file is not a frozen camera
    finally:
        camera.close()


def test_a_camera_can_be_mounted_on_its_side(video: Path):
    camera = open_any_camera(Settings(camera=str(video), camera_rotate=90))
    try:
        frame = camera.read(0, 10)
    finally:
        camera.close()
    assert frame is not None
    assert frame.image.shape == (64, 48, 3)


def test_frames_are_rgb(tmp_path: Path):
    path = tmp_path / "red.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    for _ in range(3):
        writer.write(np.full((48, 64, 3), (0, 0, 250), np.uint8))
    writer.release()
    red, _, blue = next(read_video(path)).image.reshape(-1, 3).mean(0)
    assert red > 200 > 50 > blue


@pytest.mark.parametrize("source", ["99", "/dev/video99", "nowhere.mp4"])
def test_a_missing_camera_is_an_error(source: str):
    with pytest.raises(CameraError, match=source):
        OpenCVCamera(source).start()


def test_a_file_that_is_not_a_video_is_an_error(tmp_path: Path):
    path = tmp_path / "notes.mp4"
    path.write_text("squats on Monday")
    with pytest.raises(CameraError, match="Is it a video"):
        list(read_video(path))
