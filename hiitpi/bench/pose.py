"""What the pose engines take on this machine, compared within one run."""

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

#: Pictures before measuring starts, and measured.
WARM: Final = 5

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Figures:
    """What one engine took.

    Attributes:
        engine: its name.
        median_ms, p95_ms: wall time for a picture.
        cpu_ms: CPU time for a picture, all threads.
        invoke_ms: median wall time of the model alone, in the same run.
    """

    engine: str
    median_ms: float
    p95_ms: float
    cpu_ms: float
    invoke_ms: float

    @property
    def ratio(self) -> float:
        """A picture's time over that of the model alone: what we add."""
        return self.median_ms / self.invoke_ms


def bench_pose(
    image: Image, catalog: Catalog, threads: int, rounds: int, tell: Callable[[str], None]
) -> list[Figures]:
    """Every engine that this machine can run, on one picture with a person on it."""
    found = []
    for edgetpu in (False, True) if edgetpu_present() else (False,):
        for name in engine_names():
            try:
                accelerator: Any = "edgetpu" if edgetpu else "cpu"
                engine = open_engine(name, catalog, threads, accelerator)
            except ModelError as error:
                tell(f"Not {name}: {error}")
                continue
            found.append(_measure(engine, image, rounds))
    return found


def _measure(engine: Engine, image: Image, rounds: int) -> Figures:
    """Alternate whole pictures with bare invokes, so that both see the same machine."""
    model = engine.main_model
    data = np.zeros(model.input_shape, model.input_type)
    for i in range(WARM):
        engine.infer(image, i / 30)
        model.invoke(data)
    whole, bare, cpu = [], [], 0.0
    for i in range(WARM, WARM + rounds):
        began, began_cpu = time.perf_counter(), time.process_time()
        engine.infer(image, i / 30)
        whole.append(time.perf_counter() - began)
        cpu += time.process_time() - began_cpu
        began = time.perf_counter()
        model.invoke(data)
        bare.append(time.perf_counter() - began)
    return Figures(
        engine=engine.name,
        median_ms=round(statistics.median(whole) * 1000, 2),
        p95_ms=round(statistics.quantiles(whole, n=20)[-1] * 1000, 2),
        cpu_ms=round(cpu / rounds * 1000, 2),
        invoke_ms=round(statistics.median(bare) * 1000, 2),
    )


def flat(figures: list[Figures]) -> dict[str, float]:
    """The figures under one name each."""
    return {
        f"pose_{f.engine.replace(' ', '_')}_{name}": round(getattr(f, name), 3)
        for f in figures
        for name in ("median_ms", "p95_ms", "cpu_ms", "invoke_ms", "ratio")
    }
