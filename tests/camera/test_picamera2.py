"""Calls of picamera2, checked against the source of the real package.

The package is not run, because it needs libcamera, which exists only on a Pi.
"""

import ast
import importlib.util
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hiitpi.camera import picamera2 as ours
from hiitpi.camera.picamera2 import FORMAT, PiCamera2
from hiitpi.errors import CameraError
from hiitpi.settings import Settings


@pytest.fixture(scope="module")
def source() -> Path:
    """Return the folder of the real package."""
    spec = importlib.util.find_spec("picamera2")
    if spec is None or spec.origin is None:
        pytest.skip("picamera2 is not installed: ./setup.sh test installs it")
    return Path(spec.origin).parent


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("global_camera_info", set()),
        (
            "create_video_configuration",
            {"main", "transform", "controls", "queue"},
        ),
        ("configure", {"camera_config"}),
        ("set_controls", {"controls"}),
        ("start", set()),
        ("capture_request", set()),
        ("stop", set()),
        ("close", set()),
        ("camera_properties", set()),
    ],
)
def test_the_api_exists(source: Path, method: str, parameters: set[str]):
    tree = ast.parse((source / "picamera2.py").read_text())
    (camera,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Picamera2")
    methods = [n for n in ast.walk(camera) if isinstance(n, ast.FunctionDef) and n.name == method]
    assert methods or method == "camera_properties"
    if method == "camera_properties":
        assert "self.camera_properties" in ast.unparse(tree).replace("self.camera_properties_", "")
        return
    names = {a.arg for f in methods for a in [*f.args.args, *f.args.kwonlyargs]}
    assert parameters <= names


@pytest.mark.parametrize(
    ("method", "parameters"),
    [("make_array", {"name"}), ("get_metadata", set()), ("release", set())],
)
def test_the_api_of_a_request_exists(source: Path, method: str, parameters: set[str]):
    tree = ast.parse((source / "request.py").read_text())
    classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
    request = classes["CompletedRequest"]
    (function,) = (n for n in request.body if isinstance(n, ast.FunctionDef) and n.name == method)
    assert parameters <= {argument.arg for argument in function.args.args}


def test_the_format_is_rgb_in_memory(source: Path):
    """According to the package's table of PIL modes, BGR888 is RGB in memory."""
    assert f"'{FORMAT}': 'RGB'" in ast.unparse(ast.parse((source / "request.py").read_text()))


class FakeRequest:
    """A buffer of the camera that must be released."""

    def __init__(self, camera: "FakePicamera2") -> None:
        self.camera = camera

    def make_array(self, name: str):
        assert name == "main"
        return np.full((480, 640, 3), 5, np.uint8)

    def get_metadata(self):
        return {"SensorTimestamp": int((time.monotonic() - 0.05) * 1e9)}

    def release(self):
        self.camera.requests -= 1


class FakePicamera2:
    """Replaces the hardware; `test_the_api_exists` checks its methods against the real package."""

    cameras: list[dict] = [{}]  # noqa: RUF012
    last: "FakePicamera2"

    def __init__(self):
        self.log: list[str] = []
        self.controls: dict = {}
        self.camera_properties = {"PixelArraySize": (4608, 2592)}
        FakePicamera2.last = self

    @classmethod
    def global_camera_info(cls):
        return cls.cameras

    def create_video_configuration(self, main, transform, controls, queue):
        return {"main": main, "transform": transform, "controls": controls, "queue": queue}

    def configure(self, config):
        self.config = config

    def set_controls(self, controls):
        self.controls |= controls

    def start(self):
        self.log.append("start")

    def capture_request(self):
        if "stop" in self.log:
            raise RuntimeError("stopped")
        self.requests = getattr(self, "requests", 0) + 1
        return FakeRequest(self)

    def stop(self):
        self.log.append("stop")

    def close(self):
        self.log.append("close")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch):
    """Replace the packages picamera2 and libcamera by fakes, with one camera."""
    module = SimpleNamespace(Picamera2=FakePicamera2)
    libcamera = SimpleNamespace(Transform=lambda hflip: f"hflip={hflip}")
    monkeypatch.setattr(ours, "_modules", lambda: (module, libcamera))
    monkeypatch.setattr(FakePicamera2, "cameras", [{}])
    return FakePicamera2


def test_settings_reach_the_camera(fake):
    camera = PiCamera2(
        Settings(camera_flip=True, camera_zoom=(0.25, 0.25, 0.5, 0.5), camera_exposure=-1)
    )
    camera.start()
    frame = camera.read(0, 5)
    delivered = time.monotonic()
    camera.close()
    camera.close()
    assert delivered - frame.time >= 0.05  # the time of the exposure, not of the delivery
    assert fake.last.requests == 0  # every buffer was released
    config = fake.last.config
    assert config["main"] == {"size": (640, 480), "format": "BGR888"}
    assert config["transform"] == "hflip=True"
    assert config["controls"] == {"FrameRate": 30.0, "ExposureValue": -1.0}
    assert fake.last.controls == {"ScalerCrop": (1152, 648, 2304, 1296)}
    assert frame.image.shape == (480, 640, 3)
    assert fake.last.log == ["start", "stop", "close"]


def test_a_missing_camera_is_an_error(fake, monkeypatch):
    monkeypatch.setattr(FakePicamera2, "cameras", [])
    with pytest.raises(CameraError, match="ribbon cable"):
        PiCamera2(Settings()).start()


def test_the_error_for_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "libcamera", None)
    with pytest.raises(CameraError, match="apt-get install python3-picamera2"):
        PiCamera2(Settings()).start()


def test_close_is_safe_before_start():
    PiCamera2(Settings()).close()
