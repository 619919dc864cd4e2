"""The legacy camera stack, with the real picamera 1.13 on stubs of its two C libraries."""

import ctypes
import importlib.util
import inspect
import re
import subprocess
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hiitpi.camera import picamera as ours
from hiitpi.camera.picamera import PiCamera, stream_handler
from hiitpi.errors import CameraError
from hiitpi.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def picamera(tmp_path_factory: pytest.TempPathFactory):
    """Import the real package, with stubs of libbcm_host and libmmal, which exist only on a Pi."""
    spec = importlib.util.find_spec("picamera")
    if spec is None or spec.origin is None:
        pytest.skip("picamera is not installed: ./setup.sh test installs it")
    folder = tmp_path_factory.mktemp("libraries")
    package = Path(spec.origin).parent
    for library, module in (("libbcm_host.so", "bcm_host.py"), ("libmmal.so", "mmal.py")):
        names = set(re.findall(r"_lib\.(\w+)", (package / module).read_text()))
        source = folder / f"{library}.c"
        source.write_text("\n".join(f"int {name}(void) {{ return 0; }}" for name in sorted(names)))
        target = folder / library
        # The package then finds the loaded stub by its name.
        subprocess.run(
            ["cc", "-shared", "-fPIC", f"-Wl,-soname,{library}", "-o", target, source], check=True
        )
        ctypes.CDLL(str(target), mode=ctypes.RTLD_GLOBAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import picamera
        import picamera.array

        return picamera


def raw(width: int, height: int, value: int) -> bytes:
    """Return an image as written by the camera: padded to multiples of 32 columns and 16 rows."""
    padded = np.full(((height + 15) // 16 * 16, (width + 31) // 32 * 32, 3), 255, np.uint8)
    padded[:height, :width] = value
    return padded.tobytes()


@pytest.mark.parametrize("size", [(640, 480), (100, 100), (1296, 730)])
def test_the_padding_is_removed_from_frames(picamera, size: tuple[int, int]):
    frames: list[np.ndarray] = []
    handler = stream_handler(SimpleNamespace(resolution=size), frames.append)
    assert isinstance(handler, picamera.array.PiRGBAnalysis)
    data = raw(*size, 7)
    assert handler.write(data) == len(data)
    assert frames[0].shape == (size[1], size[0], 3)
    assert frames[0].dtype == np.uint8
    assert (frames[0] == 7).all()
    assert not frames[0].flags.writeable


def test_a_slow_engine_drops_frames_and_never_queues(picamera):
    camera = PiCamera(Settings())
    handler = stream_handler(SimpleNamespace(resolution=(640, 480)), camera._deliver)
    for value in range(1, 9):
        handler.write(raw(640, 480, value))
    frame = camera.read(0, 0)
    assert (frame.seq, frame.image[0, 0, 0]) == (8, 8)
    assert camera.read(frame.seq, 0) is None


def test_the_api_exists(picamera):
    camera = picamera.PiCamera
    constructor = inspect.signature(camera.__init__).parameters
    assert {"resolution", "framerate"} <= set(constructor)
    assert list(inspect.signature(camera.start_recording).parameters)[:3] == [
        "self",
        "output",
        "format",
    ]
    for name in ("hflip", "zoom", "exposure_compensation"):
        assert getattr(camera, name).fset
    for name in ("stop_recording", "close"):
        assert callable(getattr(camera, name))
    assert issubclass(picamera.PiCameraError, Exception)


class FakePiCamera:
    """Replaces the hardware; `test_the_api_exists` checks its methods against the real package."""

    fails: str | None = None
    opened: "list[FakePiCamera]" = []  # noqa: RUF012

    def __init__(self, resolution, framerate):
        if self.fails == "open":
            raise FakeError("Camera is not enabled")
        self.resolution, self.framerate, self.log = resolution, framerate, []
        self.opened.append(self)

    def start_recording(self, output, format=None):
        if self.fails == "start":
            raise FakeError("Failed to enable connection: Out of resources")
        self.output = output
        self.log.append(f"start {format}")

    def stop_recording(self):
        self.log.append("stop")
        if self.fails == "stop":
            raise FakeError("There is no recording in progress")

    def close(self):
        self.log.append("close")


class FakeError(Exception):
    pass


@pytest.fixture
def fake(picamera, monkeypatch: pytest.MonkeyPatch):
    """Replace the package by the fake, which does not fail."""
    module = SimpleNamespace(PiCamera=FakePiCamera, PiCameraError=FakeError)
    monkeypatch.setattr(ours, "_picamera", lambda: module)
    monkeypatch.setattr(FakePiCamera, "fails", None)
    monkeypatch.setattr(FakePiCamera, "opened", [])
    return FakePiCamera


def test_settings_reach_the_camera(fake):
    camera = PiCamera(
        Settings(camera_flip=True, camera_zoom=(0.1, 0, 0.8, 0.8), camera_exposure=1.5)
    )
    camera.start()
    (hardware,) = fake.opened
    assert (hardware.resolution, hardware.framerate) == ((640, 480), 30)
    assert (hardware.hflip, hardware.zoom) == (True, (0.1, 0, 0.8, 0.8))
    assert hardware.exposure_compensation == 9
    hardware.output.write(raw(640, 480, 3))
    assert camera.read(0, 1).image.shape == (480, 640, 3)
    camera.close()
    camera.close()
    assert hardware.log == ["start rgb", "stop", "close"]


@pytest.mark.parametrize("fails", ["open", "start"])
def test_a_camera_that_fails_to_open_is_an_error_and_is_closed(fake, fails: str, monkeypatch):
    monkeypatch.setattr(fake, "fails", fails)
    camera = PiCamera(Settings())
    with pytest.raises(CameraError, match="raspi-config"):
        camera.start()
    camera.close()
    assert all(hardware.log[-1] == "close" for hardware in fake.opened)


def test_close_is_safe_in_any_state(fake, monkeypatch):
    PiCamera(Settings()).close()
    monkeypatch.setattr(fake, "fails", "stop")
    camera = PiCamera(Settings())
    camera.start()
    camera.close()
    camera.close()
    assert fake.opened[0].log == ["start rgb", "stop", "close"]


def test_an_invalid_frame_is_an_error_and_not_a_frame(fake):
    camera = PiCamera(Settings())
    camera.start()
    camera._deliver(np.zeros((480, 640), np.uint8))
    with pytest.raises(CameraError, match="invalid frames"):
        camera.read(0, 1)


def test_the_error_for_a_missing_package_names_the_camera_stack(
    monkeypatch: pytest.MonkeyPatch,
):
    import sys

    monkeypatch.setitem(sys.modules, "picamera", None)
    with pytest.raises(CameraError, match="legacy camera stack"):
        PiCamera(Settings()).start()
