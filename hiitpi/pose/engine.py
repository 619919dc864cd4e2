"""What every pose engine is, and choosing one: each is a module of this folder, found by name."""

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import ModelError
from hiitpi.pose.accelerator import Accelerator, edgetpu_present
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.interpreter import Interpreter
from hiitpi.pose.keypoints import Pose

log = logging.getLogger(__name__)

#: What "auto" means on the CPU, and on an Edge TPU. BlazePose turns its crop with the body, so that
#: floor work is seen as well as standing work, and it is the model that a machine with nothing but
#: a package index can have; PoseNet is what the Edge TPU runs at 30 frames/s and more.
AUTO: Final = "blazepose"
AUTO_EDGETPU: Final = "posenet"


class Engine(Protocol):
    """Finds the athlete in a picture."""

    #: The catalog's name of the model, with "on Edge TPU" if it runs there.
    name: str

    #: The model that runs for each picture of a person who is followed.
    main_model: Interpreter

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """The pose of the athlete in a picture; None: nobody.

        Among several people it stays with the one it followed.

        Args:
            image: uint8 (H, W, 3) RGB.
            time: of the picture, seconds of any clock; not before that of the last picture, unless
                `reset` was called.

        Raises:
            ModelError: the accelerator has gone, or the runtime failed.
        """
        ...

    def reset(self) -> None:
        """Forget the last pose: the next picture has nothing to do with it."""
        ...


def engine_names() -> list[str]:
    """Every name that `open_engine` takes besides "auto"."""
    return sorted(name for module in _modules() for name in module.MODELS)


def model_of(name: str, accelerator: Accelerator = "cpu") -> str:
    """The catalog's name of the model that a setting means."""
    if name != "auto":
        return name
    return AUTO if accelerator == "cpu" else AUTO_EDGETPU


def open_engine(
    name: str, catalog: Catalog, threads: int = 1, accelerator: Accelerator = "cpu"
) -> Engine:
    """Open the engine of a model; it is fetched when it is not here.

    Args:
        name: of the model, or "auto".
        catalog: where models come from.
        threads: CPU threads of one inference.
        accelerator: "auto" takes an Edge TPU that is here and can run the model, else the CPU, and
            logs why; "edgetpu" takes nothing else.

    Raises:
        ModelError: there is no such engine, or its model cannot be had or run.
    """
    if accelerator == "edgetpu":
        return _open(name, catalog, threads, edgetpu=True)
    if accelerator == "auto" and edgetpu_present():
        try:
            return _open(name, catalog, threads, edgetpu=True)
        except ModelError as error:
            log.warning("%s Going on with the CPU.", error)
    return _open(name, catalog, threads, edgetpu=False)


def fetch(name: str, catalog: Catalog, accelerator: Accelerator = "cpu") -> None:
    """Get every model that `open_engine` with the same arguments may want.

    Raises:
        ModelError: one of them cannot be had.
    """
    if accelerator != "cpu" and (accelerator == "edgetpu" or edgetpu_present()):
        catalog.get(model_of(name, "edgetpu"), edgetpu=True)
    if accelerator != "edgetpu":
        catalog.get(model_of(name))


def _open(name: str, catalog: Catalog, threads: int, edgetpu: bool) -> Engine:
    wanted = model_of(name, "edgetpu" if edgetpu else "cpu")
    for module in _modules():
        if wanted in module.MODELS:
            files = catalog.get(wanted, edgetpu)
            engine: Engine = module.open_engine(wanted, files, threads, edgetpu)
            return engine
    raise ModelError(f"No pose engine {name!r}. There are: auto, {', '.join(engine_names())}.")


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
        module = importlib.import_module(f"hiitpi.pose.{found.name}")
        if hasattr(module, "MODELS"):
            yield module
