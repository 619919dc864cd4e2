"""Benchmarks the pose engines on this machine, compared within one run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import ModelError
from hiitpi.pose.accelerator import edgetpu_present
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import Engine, engine_names, open_engine

#: Warm-up inferences before the measurement.
WARM_UP: Final = 5

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Figures:
    """Timings of one engine, in milliseconds per image.

    Attributes:
        engine: name of the engine.
        median_ms: median wall time.
        p95_ms: 95th percentile of the wall time.
        cpu_ms: mean CPU time of all threads.
        invoke_ms: median wall time of the model alone, in the same run.
    """

    engine: str
    median_ms: float
    p95_ms: float
    cpu_ms: float
    invoke_ms: float

    @property
    def ratio(self) -> float:
        """Median wall time relative to the model alone: the overhead of our code."""
        return self.median_ms / self.invoke_ms


def bench_pose(
    image: Image, catalog: Catalog, threads: int, rounds: int, report: Callable[[str], None]
) -> list[Figures]:
    """Measure every engine that this machine can run.

    Args:
        image: image of a person, uint8 (H, W, 3) RGB.
        catalog: gets the models.
        threads: CPU threads of an engine.
        rounds: number of measured inferences per engine.
        report: called with a line for each engine that cannot be run.
    """
    figures = []
    for edgetpu in (False, True) if edgetpu_present() else (False,):
        for name in engine_names():
            try:
                accelerator: Any = "edgetpu" if edgetpu else "cpu"
                engine = open_engine(name, catalog, threads, accelerator)
            except ModelError as error:
                report(f"Skipped {name}: {error}")
                continue
            figures.append(_measure(engine, image, rounds))
    return figures


def _measure(engine: Engine, image: Image, rounds: int) -> Figures:
    """Alternate full inferences with bare model invocations, so that load affects both alike."""
    model = engine.main_model
    data = np.zeros(model.input_shape, model.input_type)
    for i in range(WARM_UP):
        engine.infer(image, i / 30)
        model.invoke(data)
    infer_s, invoke_s, cpu_s = [], [], 0.0
    for i in range(WARM_UP, WARM_UP + rounds):
        began, began_cpu = time.perf_counter(), time.process_time()
        engine.infer(image, i / 30)
        infer_s.append(time.perf_counter() - began)
        cpu_s += time.process_time() - began_cpu
        began = time.perf_counter()
        model.invoke(data)
        invoke_s.append(time.perf_counter() - began)
    return Figures(
        engine=engine.name,
        median_ms=round(statistics.median(infer_s) * 1000, 2),
        p95_ms=round(statistics.quantiles(infer_s, n=20)[-1] * 1000, 2),
        cpu_ms=round(cpu_s / rounds * 1000, 2),
        invoke_ms=round(statistics.median(invoke_s) * 1000, 2),
    )


def flat(figures: list[Figures]) -> dict[str, float]:
    """Flatten the timings of all engines into one dict of values by name."""
    return {
        f"pose_{f.engine.replace(' ', '_')}_{name}": round(getattr(f, name), 3)
        for f in figures
        for name in ("median_ms", "p95_ms", "cpu_ms", "invoke_ms", "ratio")
    }
