"""The command `bench`: what to measure, and how it is shown."""

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from hiitpi.settings import Settings

#: What can be measured; "all" is all but the last three.
BENCHES: Final = ("pose", "coach", "video", "live", "web", "legacy", "club", "records", "all")


def bench_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("what", choices=BENCHES)
    parser.add_argument("--seconds", type=_number, default=10, help="of each measurement")
    parser.add_argument("--image", type=Path, help="a picture of a person; the synthetic athlete")
    parser.add_argument("--rounds", type=_number, default=60, help="pictures for each engine")
    parser.add_argument("--sessions", type=_number, default=100_000, help="made up, for records")
    parser.add_argument("--database", help="an empty one, for records and club")
    parser.add_argument("--plans", action="store_true", help="show how the database finds them")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail if a target is missed")
    parser.set_defaults(run=bench)


def bench(options: argparse.Namespace) -> int:
    """Measure, and print what was found; the exit code."""
    if options.what == "records":
        from hiitpi.bench import records

        queries = records.bench(options.database, options.sessions, options.rounds, _tell)
        flat = {one["query"]: one["median_ms"] for one in queries}
        print(json.dumps(flat) if options.json else records.report(queries, options.plans))
        return 0
    from hiitpi.bench.targets import missed, table

    figures: dict[str, float] = {}
    for part in BENCHES[:-3] if options.what == "all" else (options.what,):
        figures |= _figures(part, options)
    print(json.dumps(figures) if options.json else table(figures))
    misses = missed(figures) if options.check else []
    for line in misses:
        _tell(f"missed: {line}")
    return int(bool(misses))


def _figures(part: str, options: argparse.Namespace) -> dict[str, float]:
    """The figures of one benchmark."""
    if part == "pose":
        from hiitpi.bench.pose import bench_pose, flat
        from hiitpi.pose.catalog import Catalog

        settings = Settings.load()
        catalog = Catalog(mirror=settings.model_mirror, on_message=_tell)
        picture = _picture(options.image)
        return flat(bench_pose(picture, catalog, settings.threads, options.rounds, _tell))
    if part == "coach":
        from hiitpi.bench.coach import bench_coach

        return bench_coach(options.seconds)
    if part == "club":
        from hiitpi.bench.club import bench_club

        return bench_club(options.seconds, _tell, options.database)
    module = importlib.import_module(f"hiitpi.bench.{part}")
    figures: dict[str, float] = getattr(module, f"bench_{part}")(options.seconds, _tell)
    return figures


def _picture(path: Path | None) -> Any:
    if path is None:
        from hiitpi.camera.synthetic.animations import ANIMATIONS
        from hiitpi.camera.synthetic.renderer import BodyRenderer

        return BodyRenderer((640, 480))(ANIMATIONS["jumping_jacks"].pose(0.25, 1.0, 1.0))
    from hiitpi.camera.opencv import read_video

    return next(iter(read_video(path))).image


def _number(text: str) -> int:
    """A number of rounds that has a median and a percentile."""
    if not text.isdecimal() or not 2 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 2 to 100000")
    return int(text)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
