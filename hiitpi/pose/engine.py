"""The pose engine interface, and the factory that opens an engine by name.

Each module of this package that has a `MODELS` tuple is a plug-in with an engine for those models.
"""

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

#: The models that "auto" chooses from, on the CPU and on an Edge TPU: the one that counts best on
#: folds of people first, see docs/workouts.md. On an Edge TPU both run at 30 frames/s and more.
RANKED: Final = ("blazepose", "blazepose_lite", "movenet")
RANKED_EDGETPU: Final = ("movenet", "posenet")


class Engine(Protocol):
    """Detects and tracks the athlete in a sequence of frames."""

    #: Name of the model in the catalogue, followed by "on Edge TPU" if it runs there.
    name: str

    #: The model that runs for each frame while a person is tracked.
    main_model: Interpreter

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """Return the pose of the athlete in a frame; None if there is no person.

        Among several people it stays with the one it has been tracking.

        Args:
            image: uint8 (H, W, 3) RGB.
            time: time of the frame, seconds of any clock; not before that of the previous frame,
                unless `reset` was called in between.

        Raises:
            ModelError: the accelerator was unplugged, or the runtime failed.
        """
        ...

    def reset(self) -> None:
        """Forget the tracked person, because the next frame is unrelated to the previous one."""
        ...


def engine_names() -> list[str]:
    """Return all names that `open_engine` accepts besides "auto"."""
    return sorted(name for module in _engine_modules() for name in module.MODELS)


def model_of(name: str, accelerator: Accelerator = "cpu") -> str:
    """Return the catalogue name of the model for a setting.

    Args:
        name: name of a model, or "auto".
        accelerator: where it runs; only "auto" depends on it.
    """
    if name != "auto":
        return name
    return (RANKED if accelerator == "cpu" else RANKED_EDGETPU)[0]


def open_engine(
    name: str, catalog: Catalog, threads: int = 1, accelerator: Accelerator = "cpu"
) -> Engine:
    """Open the engine of a model; download the model if necessary.

    Args:
        name: name of the model, or "auto".
        catalog: the catalogue of models.
        threads: CPU threads per inference.
        accelerator: "auto" uses an Edge TPU if one is plugged in and can run the model, otherwise
            it logs the reason and falls back to the CPU; "edgetpu" has no fallback.

    Raises:
        ModelError: there is no such engine, or its model cannot be downloaded or run.
    """
    if accelerator == "edgetpu":
        return _open(name, catalog, threads, edgetpu=True)
    if accelerator == "auto" and edgetpu_present():
        try:
            return _open(name, catalog, threads, edgetpu=True)
        except ModelError as error:
            log.warning("%s Falling back to the CPU.", error)
    return _open(name, catalog, threads, edgetpu=False)


def fetch(name: str, catalog: Catalog, accelerator: Accelerator = "cpu") -> None:
    """Download every model that `open_engine` may need for the same arguments.

    Args:
        name: name of the model, or "auto".
        catalog: the catalogue of models.
        accelerator: see `open_engine`.

    Raises:
        ModelError: a model cannot be downloaded.
    """
    if accelerator != "cpu" and (accelerator == "edgetpu" or edgetpu_present()):
        catalog.fetch(model_of(name, "edgetpu"), edgetpu=True)
    if accelerator != "edgetpu":
        catalog.fetch(model_of(name))


def _open(name: str, catalog: Catalog, threads: int, edgetpu: bool) -> Engine:
    model = model_of(name, "edgetpu" if edgetpu else "cpu")
    for module in _engine_modules():
        if model in module.MODELS:
            files = catalog.fetch(model, edgetpu)
            engine: Engine = module.open_engine(model, files, threads, edgetpu)
            return engine
    raise ModelError(f"No pose engine {name!r}. Available: auto, {', '.join(engine_names())}.")


def _engine_modules() -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules([str(Path(__file__).parent)]):
        module = importlib.import_module(f"hiitpi.pose.{info.name}")
        if hasattr(module, "MODELS"):
            yield module
