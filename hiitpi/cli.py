"""The command line: `python -m hiitpi`."""

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hiitpi import __version__
from hiitpi.app.supervisor import EX_CONFIG
from hiitpi.bench.command import bench_options
from hiitpi.errors import CameraError, HiitPiError
from hiitpi.settings import Settings
from hiitpi.system.heartbeat import OPTION, heartbeat


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except HiitPiError as error:
        if str(error):
            print(f"hiitpi: {error}", file=sys.stderr)
        return EX_CONFIG if options.command in ("pipeline", "trainer", "web", "relay") else 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hiitpi",
        description="HIIT PI counts and scores your repetitions. Settings: docs/configuration.md.",
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
    count.add_argument("--video", type=Path, metavar="OUT.mp4", help="write the overlay")
    count.add_argument("--plot", type=Path, metavar="OUT.html", help="write the signal")
    count.set_defaults(run=_count)

    evaluate = commands.add_parser("evaluate", help="check the rules on labelled recordings")
    evaluate.add_argument("index", type=Path, help="a CSV with file, workout, reps")
    evaluate.add_argument("--model", action="append", default=[], help="may be given again")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.add_argument("--workout", help="only this one")
    evaluate.add_argument("--folds", action="store_true", help="each group of people by itself")
    evaluate.add_argument("--perturb", action="store_true", help="faster, noisier, mirrored ...")
    evaluate.add_argument(
        "--sensitivity", action="store_true", help="with each threshold of --workout moved"
    )
    evaluate.set_defaults(run=_evaluate)

    settings = commands.add_parser("settings", help="print a table of all settings")
    settings.add_argument(
        "--update", type=Path, metavar="FILE", help="replace the table in this document instead"
    )
    settings.set_defaults(run=_print_settings)

    models = commands.add_parser("models", help="list the pose models, or get them")
    models.add_argument("action", nargs="?", choices=["list", "fetch"], default="list")
    models.add_argument("names", nargs="*", metavar="NAME", help="models to fetch; all by default")
    models.add_argument("--edgetpu", action="store_true", help="the forms for the Edge TPU")
    models.set_defaults(run=_models)

    doctor = commands.add_parser("doctor", help="look whether everything is as it should be")
    doctor.set_defaults(run=_doctor)

    bench = commands.add_parser("bench", help="measure how fast this machine is")
    bench_options(bench)

    keep = commands.add_parser("backup", help="write the database to a file")
    keep.add_argument("file", type=Path)
    keep.set_defaults(run=_backup)

    back = commands.add_parser("restore", help="make the database what a backup says")
    back.add_argument("file", type=Path)
    back.set_defaults(run=_restore)

    code = commands.add_parser("code", help="show the house code that lets devices in")
    code.add_argument("--new", action="store_true", help="make another; logs all devices out")
    code.set_defaults(run=_code)

    pipeline = commands.add_parser(
        "pipeline",
        aliases=["trainer"],  # its name until version 2
        help="run only the camera and counting process (serve starts it)",
    )
    pipeline.add_argument(OPTION, type=int, metavar="FD", help="heartbeat pipe")
    pipeline.set_defaults(run=_pipeline)

    relay = commands.add_parser("relay", help="the way to a club's Redis (serve starts it)")
    relay.add_argument(OPTION, type=int, metavar="FD", help="where its signs of life go")
    relay.set_defaults(run=_relay)

    web = commands.add_parser("web", help="the web process alone (serve starts it)")
    web.set_defaults(run=_web)
    return parser


def _settings(options: argparse.Namespace, *names: str) -> Settings:
    given = {name: getattr(options, name) for name in names}
    return Settings.load(**{name: value for name, value in given.items() if value is not None})


def _serve(options: argparse.Namespace) -> None:
    from hiitpi.app.supervisor import serve
    from hiitpi.coach.rules.workout_library import WorkoutLibrary
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import fetch
    from hiitpi.system.lan_address import startup_message
    from hiitpi.system.logs import configure_logging

    settings = _settings(options, "host", "port", "camera", "model")
    configure_logging(settings, "serve")
    for name in Settings.unknown():
        logging.getLogger(__name__).warning("%s is no setting, and is ignored.", name)
    WorkoutLibrary(settings.workouts_dir)
    if settings.own_station:
        catalog = Catalog(mirror=settings.model_mirror, tell=_tell)
        fetch(settings.model, catalog, settings.accelerator)
    serve(settings, lambda service: print(startup_message(settings, service), flush=True))
    print("Stopped.")


def _recording(
    options: argparse.Namespace, settings: Settings, workout: Any, stack: ExitStack
) -> tuple[Any, str, Any]:
    """The poses of the recording, whose they are, and who wants to know what the coach says."""
    from hiitpi.camera.opencv import frame_rate, read_video
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import model_of, open_engine
    from hiitpi.recordings.overlay import OverlayWriter
    from hiitpi.recordings.pose_source import poses_of_npz, poses_of_video

    path = options.recording
    if path.suffix == ".npz":
        if options.video:
            raise CameraError(f"{path} has keypoints and no pictures: --video needs a video.")
        model = model_of(settings.model)
        return poses_of_npz(path, model), model, lambda sample: None
    rate = frame_rate(path)  # before anything slow: is it a video?
    catalog = Catalog(mirror=settings.model_mirror, tell=_tell)
    engine = open_engine(settings.model, catalog, settings.threads, settings.accelerator)
    if options.video:
        film = stack.enter_context(OverlayWriter(options.video, rate, workout))
        return film.watch(read_video(path), engine), engine.name, film.tell
    return poses_of_video(path, engine), engine.name, lambda sample: None


def _evaluate(options: argparse.Namespace) -> None:
    from hiitpi.coach.rules.workout_library import WorkoutLibrary
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import Engine, open_engine
    from hiitpi.recordings.command import evaluation

    settings = Settings.load()
    catalog = Catalog(mirror=settings.model_mirror, tell=_tell)

    def engine(name: str) -> Engine:
        return open_engine(name, catalog, settings.threads, settings.accelerator)

    library = WorkoutLibrary(settings.workouts_dir)
    print(evaluation(options, library, engine, _tell))


def _print_settings(options: argparse.Namespace) -> None:
    from hiitpi.app.settings_table import print_settings

    print_settings(options.update)


def _models(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from hiitpi.pose.catalog import Catalog

    settings = Settings.load()
    with tqdm(unit="B", unit_scale=True, leave=False, disable=not sys.stderr.isatty()) as bar:

        def show(name: str, have: int, size: int) -> None:
            bar.total, bar.n = size or None, have
            bar.set_description(name, refresh=True)

        catalog = Catalog(mirror=settings.model_mirror, tell=_tell, show=show)
        names = options.names or list(catalog.names)
        if options.action == "fetch":
            for name in names:
                for path in catalog.get(name, options.edgetpu):
                    print(f"{name}: {path}")
            return
    for name in names:
        about = catalog.describe(name)
        mark = "have" if catalog.have(name) else "need"
        print(f"{mark}  {name:<12} {about['size']:>8}  {about['licence']:<11} {about['title']}")


def _doctor(options: argparse.Namespace) -> int:
    from hiitpi.app.doctor import examine

    findings = []
    for finding in examine(Settings.load()):
        print(finding, flush=True)
        findings.append(finding)
    return int(any(f.needed and not f.good for f in findings))


def _backup(options: argparse.Namespace) -> None:
    from hiitpi.records.backup import backup
    from hiitpi.records.sessions import Store

    settings = Settings.load()
    store = Store(settings.database, settings.zone)
    try:
        sessions = backup(store, options.file)
    finally:
        store.close()
    print(f"Sessions in {options.file}: {sessions}.")


def _restore(options: argparse.Namespace) -> None:
    from hiitpi.records.backup import restore
    from hiitpi.records.sessions import Store

    settings = Settings.load()
    settings.make_instance()
    store = Store(settings.database, settings.zone)
    try:
        sessions, kept = restore(store, options.file, settings.instance)
    finally:
        store.close()
    print(f"Sessions that are back: {sessions}. What was there before is in {kept}.")
    if kept and kept.name.startswith("damaged"):
        print("If the app is open, start it again.")


def _code(options: argparse.Namespace) -> None:
    from hiitpi.access.device_cookies import DeviceCookies
    from hiitpi.access.house_code import HouseCode
    from hiitpi.system.lan_address import HERE_ONLY, invitation, reached_at

    settings = Settings.load()
    settings.make_instance()
    if options.new:
        code = HouseCode(settings.instance, settings.house_code)
        code.renew()
        DeviceCookies(settings.instance, code, time.time, time.monotonic).revoke_all()
        print("A new code: every device says it once more.")
    print(f"  {reached_at(settings) or HERE_ONLY}")
    print("\n".join(invitation(settings)))


def _pipeline(options: argparse.Namespace) -> None:
    from hiitpi.pipeline.process import run
    from hiitpi.system.logs import configure_logging

    settings = Settings.load()
    configure_logging(settings, "pipeline")
    run(settings, beat=heartbeat(sys.argv, time.monotonic))


def _relay(options: argparse.Namespace) -> None:
    from hiitpi.live.relay import serve
    from hiitpi.system.logs import configure_logging

    settings = Settings.load()
    configure_logging(settings, "relay")
    serve(settings, beat=heartbeat(sys.argv, time.monotonic))


def _web(options: argparse.Namespace) -> None:
    from hiitpi.system.logs import configure_logging
    from hiitpi.web.wsgi_server import serve

    settings = Settings.load()
    configure_logging(settings, "web")
    serve(settings)


def _count(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from hiitpi.coach.rules.workout_library import WorkoutLibrary
    from hiitpi.recordings.count import count
    from hiitpi.recordings.overlay import plot
    from hiitpi.recordings.pose_source import PoseFrame

    settings = _settings(options, "model")
    logging.basicConfig(level=logging.WARNING)
    workout = WorkoutLibrary(settings.workouts_dir)[options.workout]

    def shown(seen: Iterator[PoseFrame]) -> Iterator[PoseFrame]:
        with tqdm(total=100, unit="%", leave=False, disable=not sys.stderr.isatty()) as bar:
            for moment in seen:
                bar.update(round(moment.progress * 100 - bar.n, 1))
                yield moment

    with ExitStack() as stack:
        seen, model, tell = _recording(options, settings, workout, stack)
        result = count(shown(seen), workout, model, tell)
    if options.plot:
        plot(options.plot, workout, result)
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
