"""Support for the Coral Edge TPU: detects the device and creates interpreters that use it."""

import ctypes
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

from hiitpi.errors import ModelError

log = logging.getLogger(__name__)

Accelerator = Literal["auto", "edgetpu", "cpu"]

#: USB ids (vendor, product) of Coral's USB accelerator, before and after its firmware is loaded.
USB_IDS: Final = {("1a6e", "089a"), ("18d1", "9302")}

#: The Edge TPU runtime library, under the name used by Coral's and the community's packages.
LIBRARY: Final = "libedgetpu.so.1"

HELP: Final = (
    "Run ./setup.sh install while it is plugged in, which installs a matching library "
    "(docs/pi.md), or set HIITPI_ACCELERATOR=cpu to use the CPU."
)

MakeInterpreter = Callable[[bytes], Any]


def edgetpu_present(root: Path = Path("/")) -> bool:
    """Return whether an Edge TPU is plugged in, by USB or PCIe.

    Args:
        root: root of the file system; another one in tests.
    """
    if any((root / "dev").glob("apex_*")):
        return True
    for device in (root / "sys/bus/usb/devices").glob("*"):
        try:
            ids = tuple((device / name).read_text().strip() for name in ("idVendor", "idProduct"))
        except OSError:
            continue
        if ids in USB_IDS:
            return True
    return False


def edgetpu_interpreter() -> MakeInterpreter:
    """Return a function that creates an Edge TPU interpreter from the bytes of a model.

    It uses pycoral if that is installed, as on Coral's own system images; otherwise LiteRT or
    tflite-runtime with libedgetpu as a delegate.

    Raises:
        ModelError: libedgetpu is missing, or no Edge TPU answers.
    """
    try:
        from pycoral.utils.edgetpu import make_interpreter

        return lambda model: make_interpreter(model)
    except ImportError:
        pass
    try:
        ctypes.CDLL(LIBRARY)  # if it is missing, LiteRT fails in its clean-up and hides the reason
    except OSError as error:
        raise ModelError(
            f"The Edge TPU cannot be used: {LIBRARY} is not installed. {HELP}"
        ) from error
    runtime = tflite()
    try:
        delegate = runtime.load_delegate(LIBRARY)
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"The Edge TPU cannot be used: no device answers ({error}). Is it plugged in? {HELP}"
        ) from error
    return lambda model: runtime.Interpreter(model_content=model, experimental_delegates=[delegate])


def tflite() -> Any:
    """Return the module of the TFLite runtime: LiteRT, or else tflite-runtime.

    Raises:
        ModelError: neither is installed.
    """
    try:
        from ai_edge_litert import interpreter as runtime
    except ImportError:
        try:
            from tflite_runtime import interpreter as runtime
        except ImportError as error:
            raise ModelError(
                "No TFLite runtime is installed. Type: pip install ai-edge-litert"
            ) from error
    return runtime
