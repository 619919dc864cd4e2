"""The choice of the model "auto": the most accurate one that is fast enough, measured once."""

from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from hiitpi.errors import ModelError
from hiitpi.pose.auto_model import FILE, Speeds, choose, frame_rate, measured_fps, open_auto_engine
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import RANKED, RANKED_EDGETPU, engine_names
from tests.conftest import engine

RANKING = ("best", "good", "poor")


@dataclass
class FakeEngine:
    """The part of an engine that the choice uses."""

    name: str


class FakeBench:
    """Opens engines of given speeds, and records which were opened and measured."""

    def __init__(self, fps: dict[str, float], missing: tuple[str, ...] = ()) -> None:
        self.fps, self.missing = fps, missing
        self.opened: list[str] = []
        self.measured: list[str] = []

    def open(self, name: str) -> FakeEngine:
        if name in self.missing:
            raise ModelError(f"Cannot download {name}.")
        self.opened.append(name)
        return FakeEngine(name)

    def measure(self, engine: FakeEngine) -> float:
        self.measured.append(engine.name)
        return self.fps[engine.name]

    def choose(self, folder: Path, accelerator: str = "cpu") -> str:
        return choose(RANKING, self.open, Speeds(folder, accelerator), self.measure).name


@pytest.mark.parametrize(
    ("fps", "chosen", "measured"),
    [
        pytest.param((16, 30, 60), "best", 1, id="the best is fast enough"),
        pytest.param((14, 15, 60), "good", 2, id="the second is fast enough"),
        pytest.param((8, 9, 16), "poor", 3, id="only the last is fast enough"),
        pytest.param((9, 9.5, 10), "best", 3, id="none is, similar speeds"),
        pytest.param((5, 9, 10), "good", 3, id="none is, the best is much slower"),
    ],
)
def test_the_most_accurate_model_that_is_fast_enough_is_chosen(
    tmp_path: Path, fps, chosen, measured
):
    bench = FakeBench(dict(zip(RANKING, fps, strict=True)))
    assert bench.choose(tmp_path) == chosen
    assert bench.measured == list(RANKING[:measured])


def test_each_model_is_measured_once(tmp_path: Path):
    bench = FakeBench({"best": 10, "good": 20})
    assert [bench.choose(tmp_path), bench.choose(tmp_path)] == ["good", "good"]
    assert bench.measured == ["best", "good"]
    assert bench.opened == ["best", "good", "good"]
    assert measured_fps(tmp_path, "good") == 20
    assert measured_fps(tmp_path, "good on Edge TPU") == 20
    assert measured_fps(tmp_path, "poor") is None


def test_rates_of_another_machine_or_a_damaged_file_are_measured_again(tmp_path: Path):
    bench = FakeBench({"best": 20})
    bench.choose(tmp_path)
    bench.choose(tmp_path, accelerator="edgetpu")
    (tmp_path / FILE).write_bytes(b'{"fps": [')
    assert measured_fps(tmp_path, "best") is None
    bench.choose(tmp_path, accelerator="edgetpu")
    assert bench.measured == ["best"] * 3
    assert orjson.loads((tmp_path / FILE).read_bytes())["fps"] == {"best": 20.0}


def test_a_model_that_cannot_be_downloaded_is_skipped(tmp_path: Path, caplog):
    bench = FakeBench({"good": 5, "poor": 4}, missing=("best",))
    assert bench.choose(tmp_path) == "good"
    assert "Cannot download best." in caplog.text
    with pytest.raises(ModelError, match="best"):
        FakeBench({}, missing=RANKING).choose(tmp_path, accelerator="other")


def test_measurements_that_cannot_be_saved_are_logged(tmp_path: Path, caplog):
    (tmp_path / FILE).mkdir()
    bench = FakeBench({"best": 20})
    assert bench.choose(tmp_path) == "best"
    assert "the next start measures again" in caplog.text


def test_the_candidates_exist():
    assert set(RANKED) | set(RANKED_EDGETPU) <= set(engine_names())


@pytest.mark.slow
def test_the_rate_of_a_real_model_is_measured_and_saved(catalog: Catalog, tmp_path: Path):
    chosen = open_auto_engine(catalog, 1, "cpu", tmp_path)
    assert chosen.name in RANKED
    assert measured_fps(tmp_path, chosen.name) > 0
    assert open_auto_engine(catalog, 1, "cpu", tmp_path).name == chosen.name


@pytest.mark.slow
def test_the_rate_is_that_of_the_fastest_inference(catalog: Catalog):
    """On a fake clock, inferences of 40, 20 and 950 ms result in 1 / (1.3 * 0.02 s)."""
    ticks = iter([0.0, 0.0, 0.04, 0.04, 0.06, 0.06, 1.01, 1.01])
    assert frame_rate(engine("blazepose", catalog), lambda: next(ticks)) == pytest.approx(
        38.46, 0.01
    )
