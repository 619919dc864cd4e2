"""Chooses the pose model for the setting "auto": the most accurate one that this machine can run.

Each candidate runs for a second on the first start. The measured rates are kept in the instance
folder, so that later starts choose at once.
"""

import logging
import math
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from hiitpi.errors import ModelError
from hiitpi.pose.accelerator import Accelerator, edgetpu_present
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import RANKED, RANKED_EDGETPU, Engine, open_engine

log = logging.getLogger(__name__)

FILE: Final = "model_speed.json"

#: Rate that a model should keep: below it fast repetitions are undersampled, see docs/workouts.md.
MIN_FPS: Final = 15.0

#: A frame takes longer than the inference: crop, decoding, rules, and the other processes.
OVERHEAD: Final = 1.3

#: Where no model is fast enough, the most accurate one with this share of the highest rate is used.
NEARLY_AS_FAST: Final = 0.75

#: Duration of a measurement.
TRIAL_S: Final = 1.0

Open = Callable[[str], Engine]
Measure = Callable[[Engine], float]


def open_auto_engine(
    catalog: Catalog, threads: int, accelerator: Accelerator, folder: Path
) -> Engine:
    """Open the engine of the most accurate model that is fast enough.

    Args:
        catalog: gets the models.
        threads: CPU threads per inference.
        accelerator: see `open_engine`.
        folder: the instance folder, which keeps the measured rates.

    Raises:
        ModelError: no model can be downloaded and run.
    """
    edgetpu = accelerator != "cpu" and edgetpu_present()
    speeds = Speeds(folder, f"{'edgetpu' if edgetpu else 'cpu'}, {threads} threads")

    def open_named(name: str) -> Engine:
        return open_engine(name, catalog, threads, accelerator)

    return choose(RANKED_EDGETPU if edgetpu else RANKED, open_named, speeds)


def measured_fps(folder: Path, engine: str) -> float | None:
    """Return the rate in frames/s that was measured when "auto" chose an engine; None if unknown.

    Args:
        folder: the instance folder.
        engine: name of the engine, which may run on the Edge TPU.
    """
    try:
        fps: float = orjson.loads((folder / FILE).read_bytes())["fps"][engine.split()[0]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return fps


class Speeds:
    """Measured rates in frames/s by model, kept in the instance folder.

    Args:
        folder: the instance folder.
        how: accelerator and threads; rates of another machine or another `how` do not count.
    """

    def __init__(self, folder: Path, how: str) -> None:
        self._file = folder / FILE
        self._key = f"{_machine()}, {how}"
        self.fps: dict[str, float] = {}
        try:
            data = orjson.loads(self._file.read_bytes())
            if data["measured_on"] == self._key:
                self.fps = {str(name): float(fps) for name, fps in data["fps"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass  # none yet, or damaged: measured again

    def add(self, name: str, fps: float) -> None:
        """Keep the rate of a model."""
        self.fps[name] = round(fps, 1)
        data = orjson.dumps({"measured_on": self._key, "fps": self.fps})
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_bytes(data)
        except OSError as error:
            log.warning("%s cannot be written (%s); the next start measures again.", FILE, error)


def choose(
    ranked: tuple[str, ...],
    open_named: Open,
    speeds: Speeds,
    measure: Measure = lambda engine: frame_rate(engine),
) -> Engine:
    """Open the first model of a ranking that keeps `MIN_FPS`, or the best of those that do not.

    Args:
        ranked: names of models, the most accurate first.
        open_named: opens the engine of a model; raises ModelError.
        speeds: rates measured before; new ones are added.
        measure: measures the rate of an engine, frames/s.

    Raises:
        ModelError: no model can be opened.
    """
    engines: dict[str, Engine] = {}
    errors: list[ModelError] = []
    for name in ranked:
        try:
            if name not in speeds.fps:
                engines[name] = open_named(name)
                speeds.add(name, measure(engines[name]))
                log.info("%s runs at %.0f frames/s here.", engines[name].name, speeds.fps[name])
            if speeds.fps[name] >= MIN_FPS:
                return engines.get(name) or open_named(name)
        except ModelError as error:  # it cannot be downloaded, for example
            log.warning("%s", error)
            errors.append(error)
    measured = [name for name in ranked if name in speeds.fps]
    if not measured:
        raise errors[0]
    enough = NEARLY_AS_FAST * max(speeds.fps[name] for name in measured)
    best = next(name for name in measured if speeds.fps[name] >= enough)
    return engines.get(best) or open_named(best)


def frame_rate(engine: Engine, clock: Callable[[], float] = time.perf_counter) -> float:
    """Measure how many frames per second an engine can analyse, from its fastest inference.

    The others were delayed by processes that start at the same time. The model alone is timed, on
    an empty input: its time does not depend on what is in the frame, while that of some engines
    does (BlazePose looks for a person with a second model).

    Args:
        engine: the engine.
        clock: returns monotonic seconds.
    """
    model = engine.main_model
    data = np.zeros(model.input_shape, model.input_type)
    fastest, started = math.inf, clock()
    while (began := clock()) - started < TRIAL_S:
        model.invoke(data)
        fastest = min(fastest, clock() - began)
    return 1 / (OVERHEAD * fastest)


def _machine() -> str:
    """Return the board's name, such as "Raspberry Pi 5 Model B Rev 1.0", or the processor's."""
    try:
        return Path("/proc/device-tree/model").read_text().strip("\0\n ")
    except OSError:
        return f"{platform.machine()} {_processor()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")
