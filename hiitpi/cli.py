"""The command line: `python -m hiitpi`."""

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from hiitpi import __version__
from hiitpi.errors import HiitPiError
from hiitpi.settings import Settings
from hiitpi.supervisor import CANNOT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except HiitPiError as error:
        if str(error):
            print(f"hiitpi: {error}", file=sys.stderr)
        return CANNOT if options.command == "trainer" else 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hiitpi",
        description="HIIT PI counts and scores your repetitions. Settings: see README.",
    )
    parser.add_argument("--version", action="version", version=f"hiitpi {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="open the app in the browser")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on")
    serve.add_argument("--camera", help="auto, athlete, 0, /dev/video0, a video file or a URL")
    serve.add_argument("--model", help="pose model")
    serve.set_defaults(run=_serve)

    count = commands.add_parser("count", help="count the repetitions in a recording")
    count.add_argument("recording", type=Path, help="a video, or keypoints as .npz")
    count.add_argument("--workout", required=True, help="for example jumping_jacks")
    count.add_argument("--model", help="pose model")
    count.add_argument("--json", action="store_true", help="print one JSON object")
    count.set_defaults(run=_count)

    trainer = commands.add_parser("trainer", help="the trainer process alone (serve starts it)")
    trainer.set_defaults(run=_trainer)
    return parser


def _settings(options: argparse.Namespace, *names: str) -> Settings:
    given = {name: getattr(options, name) for name in names}
    return Settings.load(**{name: value for name, value in given.items() if value is not None})


def _serve(options: argparse.Namespace) -> None:
    from hiitpi.address import welcome
    from hiitpi.coach.library import Library
    from hiitpi.logs import set_up
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import fetch
    from hiitpi.supervisor import serve

    settings = _settings(options, "host", "port", "camera", "model")
    set_up(settings, "serve")
    Library(*filter(None, [settings.workouts_dir]))
    fetch(settings.model, Catalog(mirror=settings.model_mirror, tell=_tell), settings.accelerator)
    serve(settings, lambda: print(welcome(settings), flush=True))
    print("Stopped.")


def _trainer(options: argparse.Namespace) -> None:
    from hiitpi.logs import set_up
    from hiitpi.trainer.main import run

    settings = Settings.load()
    set_up(settings, "trainer")
    run(settings)


def _count(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from hiitpi.coach.library import Library
    from hiitpi.count import count
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import model_of, open_engine
    from hiitpi.recording import Seen, poses_of_npz, poses_of_video

    settings = _settings(options, "model")
    logging.basicConfig(level=logging.WARNING)
    workout = Library(*filter(None, [settings.workouts_dir]))[options.workout]
    model = model_of(settings.model)
    if options.recording.suffix == ".npz":
        seen = poses_of_npz(options.recording, model)
    else:
        catalog = Catalog(mirror=settings.model_mirror, tell=_tell)
        engine = open_engine(settings.model, catalog, settings.threads, settings.accelerator)
        seen, model = poses_of_video(options.recording, engine), engine.name

    def shown() -> Iterator[Seen]:
        with tqdm(total=100, unit="%", leave=False, disable=not sys.stderr.isatty()) as bar:
            for moment in seen:
                bar.update(round(moment.done * 100 - bar.n, 1))
                yield moment

    result = count(shown(), workout, model)
    if options.json:
        print(json.dumps(result.as_json()))
        return
    for event in result.events:
        minutes, seconds = divmod(event.time, 60)
        at = f"{int(minutes):2d}:{seconds:05.2f}"
        if event.rep:
            cue = f"  {event.text}" if event.text else ""
            print(f"{at}  {event.rep.number:3d}  score {event.rep.score:5.1f}{cue}")
        elif event.kind == "attempt":
            print(f"{at}    -  did not count: {event.text}")
    print(f"{result.reps} {workout.name.lower()}, {result.attempts} did not count ({model}).")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
