"""What every pose engine is, and choosing one: each is a module of this folder, found by name."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import ModelError
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.keypoints import Pose

#: What "auto" means. BlazePose turns its crop with the body, so that floor work is seen as well as
#: standing work, and it is the model that a machine with nothing but a package index can have.
AUTO: Final = "blazepose"


class Engine(Protocol):
    """Finds the athlete in a picture."""

    #: The catalog's name of the model.
    name: str

    def infer(self, image: NDArray[np.uint8]) -> Pose | None:
        """The pose of the athlete in `image`, uint8 (H, W, 3) RGB; None: nobody."""
        ...

    def reset(self) -> None:
        """Forget the last pose: the next picture has nothing to do with it."""
        ...


def engine_names() -> list[str]:
    """Every name that `open_engine` takes besides "auto"."""
    return sorted(name for module in _modules() for name in module.MODELS)


def model_of(name: str) -> str:
    """The catalog's name of the model that a setting means."""
    return AUTO if name == "auto" else name


def open_engine(name: str, catalog: Catalog, threads: int = 1) -> Engine:
    """Open the engine of a model; it is fetched when it is not here.

    Raises:
        ModelError: there is no such engine, or its model cannot be had or run.
    """
    wanted = model_of(name)
    for module in _modules():
        if wanted in module.MODELS:
            engine: Engine = module.open_engine(wanted, catalog.get(wanted), threads)
            return engine
    raise ModelError(f"No pose engine {name!r}. There are: auto, {', '.join(engine_names())}.")


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
        module = importlib.import_module(f"hiitpi.pose.{found.name}")
        if hasattr(module, "MODELS"):
            yield module
