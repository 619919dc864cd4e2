"""Detection of the Edge TPU, its errors, and the fallback to the CPU. No Edge TPU is needed."""

import subprocess
from pathlib import Path

import pytest

from hiitpi.errors import ModelError
from hiitpi.pose import accelerator
from hiitpi.pose import engine as engines
from hiitpi.pose.accelerator import edgetpu_interpreter, edgetpu_present
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import fetch, open_engine
from tests.conftest import engine


def usb(root: Path, vendor: str, product: str) -> Path:
    """Create the sysfs entry of a USB device below a root folder, and return the folder."""
    device = root / "sys/bus/usb/devices/1-1"
    device.mkdir(parents=True)
    (device / "idVendor").write_text(f"{vendor}\n")
    (device / "idProduct").write_text(f"{product}\n")
    return root


def stub_library(folder: Path, code: str) -> Path:
    """Compile a stub of libedgetpu, with the C interface that the loader of a delegate expects."""
    source, library = folder / "stub.c", folder / "libedgetpu.so.1"
    source.write_text(code)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


@pytest.mark.parametrize(
    ("vendor", "product", "present"),
    [("1a6e", "089a", True), ("18d1", "9302", True), ("1d6b", "0002", False)],
)
def test_an_edge_tpu_is_detected_by_its_usb_ids(
    tmp_path: Path, vendor: str, product: str, present: bool
):
    assert edgetpu_present(usb(tmp_path, vendor, product)) == present


def test_an_edge_tpu_is_detected_on_pcie(tmp_path: Path):
    assert not edgetpu_present(tmp_path)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/apex_0").touch()
    assert edgetpu_present(tmp_path)


def test_the_error_for_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(accelerator, "LIBRARY", "libedgetpu_that_is_not_here.so.1")
    with pytest.raises(ModelError, match=r"is not installed. Run ./setup.sh install") as caught:
        edgetpu_interpreter()
    assert "\n" not in str(caught.value)


def test_a_library_without_a_device_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    library = stub_library(
        tmp_path,
        "#include <stddef.h>\n"
        "void *tflite_plugin_create_delegate(char **k, char **v, size_t n, void (*e)(const char *))"
        '{ if (e) e("no device"); return NULL; }\n'
        "void tflite_plugin_destroy_delegate(void *d) {}\n",
    )
    monkeypatch.setattr(accelerator, "LIBRARY", str(library))
    with pytest.raises(ModelError, match="no device answers"):
        edgetpu_interpreter()


@pytest.mark.slow
def test_auto_falls_back_to_the_cpu_and_logs_why(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    engine("posenet", catalog)
    monkeypatch.setattr(engines, "edgetpu_present", lambda: True)
    monkeypatch.setattr(accelerator, "LIBRARY", "libedgetpu_that_is_not_here.so.1")
    assert open_engine("posenet", catalog, accelerator="auto").name == "posenet"
    assert "is not installed" in caplog.text
    assert "Falling back to the CPU" in caplog.text


@pytest.mark.slow
def test_edgetpu_has_no_fallback(catalog: Catalog, monkeypatch: pytest.MonkeyPatch):
    engine("posenet", catalog)
    monkeypatch.setattr(accelerator, "LIBRARY", "libedgetpu_that_is_not_here.so.1")
    with pytest.raises(ModelError, match="HIITPI_ACCELERATOR=cpu"):
        open_engine("posenet", catalog, accelerator="edgetpu")


@pytest.mark.slow
def test_blazepose_is_not_available_for_the_edge_tpu(catalog: Catalog):
    with pytest.raises(ModelError, match="no blazepose for the Edge TPU"):
        fetch("blazepose", catalog, "edgetpu")
