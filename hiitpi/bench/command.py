"""The command `bench`: selects the benchmarks and prints their results."""

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from hiitpi.settings import Settings

#: Benchmarks; "all" runs all but the last three.
BENCHES: Final = ("pose", "coach", "video", "live", "web", "legacy", "club", "records", "all")

#: Modules of benchmarks with another name.
MODULES: Final = {"legacy": "baseline_2020"}


def bench_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("what", choices=BENCHES)
    parser.add_argument("--seconds", type=_number, default=10, help="duration of each measurement")
    parser.add_argument(
        "--image", type=Path, help="image of a person (default: the synthetic athlete)"
    )
    parser.add_argument(
        "--rounds", type=_number, default=60, help="images per engine, runs per query"
    )
    parser.add_argument(
        "--sessions", type=_number, default=100_000, help="number of made-up sessions, for records"
    )
    parser.add_argument("--database", help="URL of an empty database, for records and club")
    parser.add_argument("--plans", action="store_true", help="show the query plans, for records")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail if a target is missed")
    parser.set_defaults(run=bench)


def bench(options: argparse.Namespace) -> int:
    """Run the benchmarks, print the results, and return the exit code."""
    if options.what == "records":
        from hiitpi.bench import records

        queries = records.bench(options.database, options.sessions, options.rounds, _report)
        flat = {query["query"]: query["median_ms"] for query in queries}
        print(json.dumps(flat) if options.json else records.report(queries, options.plans))
        return 0
    from hiitpi.bench.targets import missed, table

    figures: dict[str, float] = {}
    for part in BENCHES[:-3] if options.what == "all" else (options.what,):
        figures |= _figures(part, options)
    print(json.dumps(figures) if options.json else table(figures))
    misses = missed(figures) if options.check else []
    for line in misses:
        _report(f"missed: {line}")
    return int(bool(misses))


def _figures(part: str, options: argparse.Namespace) -> dict[str, float]:
    """Run one benchmark and return its results by name."""
    if part == "pose":
        from hiitpi.bench.pose import bench_pose, flat
        from hiitpi.pose.catalog import Catalog

        settings = Settings.load()
        catalog = Catalog(mirror=settings.model_mirror, on_message=_report)
        image = _image(options.image)
        return flat(bench_pose(image, catalog, settings.threads, options.rounds, _report))
    if part == "coach":
        from hiitpi.bench.coach import bench_coach

        return bench_coach(options.seconds)
    if part == "club":
        from hiitpi.bench.club import bench_club

        return bench_club(options.seconds, _report, options.database)
    module = importlib.import_module(f"hiitpi.bench.{MODULES.get(part, part)}")
    figures: dict[str, float] = getattr(module, f"bench_{part}")(options.seconds, _report)
    return figures


def _image(path: Path | None) -> Any:
    """Read an image, or render the synthetic athlete; uint8 (H, W, 3) RGB."""
    if path is None:
        from hiitpi.camera.synthetic.animations import ANIMATIONS
        from hiitpi.camera.synthetic.renderer import BodyRenderer

        return BodyRenderer((640, 480))(ANIMATIONS["jumping_jacks"].pose(0.25, 1.0, 1.0))
    from hiitpi.camera.opencv import read_video

    return next(iter(read_video(path))).image


def _number(text: str) -> int:
    """Parse a number of rounds, at least 2 so that there is a median and a percentile."""
    if not text.isdecimal() or not 2 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 2 to 100000")
    return int(text)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
