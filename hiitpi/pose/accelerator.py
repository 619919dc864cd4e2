"""The Coral Edge TPU: whether one is here, and what runs models on it."""

import ctypes
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

from hiitpi.errors import ModelError

log = logging.getLogger(__name__)

Accelerator = Literal["auto", "edgetpu", "cpu"]

#: (vendor, product) of Coral's USB accelerator: before its firmware is loaded, and after.
USB: Final = {("1a6e", "089a"), ("18d1", "9302")}

#: The runtime's library, as Coral's and the community's packages install it.
LIBRARY: Final = "libedgetpu.so.1"

HELP: Final = (
    "Run ./setup.sh install while it is plugged in, which brings a library that fits (docs/pi.md), "
    "or set HIITPI_ACCELERATOR=cpu to do without."
)

MakeInterpreter = Callable[[bytes], Any]


def edgetpu_present(root: Path = Path("/")) -> bool:
    """Whether an Edge TPU is plugged in, by USB or PCIe.

    Args:
        root: of the file system.
    """
    if any((root / "dev").glob("apex_*")):
        return True
    for device in (root / "sys/bus/usb/devices").glob("*"):
        try:
            ids = tuple((device / name).read_text().strip() for name in ("idVendor", "idProduct"))
        except OSError:
            continue
        if ids in USB:
            return True
    return False


def edgetpu_interpreter() -> MakeInterpreter:
    """What makes an interpreter on the Edge TPU of a model's bytes.

    pycoral where it is installed, which is how Coral's own system images bring it; otherwise
    LiteRT, or tflite-runtime, with libedgetpu as its delegate.

    Raises:
        ModelError: libedgetpu is missing, or no Edge TPU answers.
    """
    try:
        from pycoral.utils.edgetpu import make_interpreter

        return lambda model: make_interpreter(model)
    except ImportError:
        pass
    try:
        ctypes.CDLL(LIBRARY)  # LiteRT stumbles over a missing one in its own clean-up
    except OSError as error:
        raise ModelError(
            f"The Edge TPU cannot be used: {LIBRARY} is not installed. {HELP}"
        ) from error
    runtime = tflite()
    try:
        delegate = runtime.load_delegate(LIBRARY)
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"The Edge TPU cannot be used: none answers ({error}). Is it plugged in? {HELP}"
        ) from error
    return lambda model: runtime.Interpreter(model_content=model, experimental_delegates=[delegate])


def tflite() -> Any:
    """The TFLite runtime's module: LiteRT, else tflite-runtime.

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
