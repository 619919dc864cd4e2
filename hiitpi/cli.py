"""The command line: `python -m hiitpi`."""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from hiitpi import __version__
from hiitpi.app.supervisor import EX_CONFIG
from hiitpi.bench.command import bench_options
from hiitpi.errors import HiitPiError
from hiitpi.settings import Settings
from hiitpi.system.heartbeat import OPTION, heartbeat


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Args:
        arguments: command-line arguments; None for those of this process.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except HiitPiError as error:
        if str(error):
            print(f"hiitpi: {error}", file=sys.stderr)
        return (
            EX_CONFIG if options.command in ("pipeline", "trainer", "web", "relay", "mqtt") else 1
        )
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hiitpi",
        description="HIIT PI counts and scores your repetitions. Settings: docs/configuration.md.",
    )
    parser.add_argument("--version", action="version", version=f"hiitpi {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the app")
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
    count.add_argument("--save", type=Path, metavar="OUT.npz", help="write the keypoints")
    count.add_argument("--plot", type=Path, metavar="OUT.html", help="write the signal")
    count.set_defaults(run=_count)

    teach = commands.add_parser("teach", help="make a workout of some repetitions in a recording")
    teach.add_argument(
        "recording", help="a video, or keypoints as .npz; - for a request of the page Workouts"
    )
    teach.add_argument("--name", default="My workout", help="its name")
    teach.add_argument("--view", choices=["front", "side", "any"], default="any")
    teach.add_argument("--reps", type=int, default=5, help="repetitions in the recording")
    teach.add_argument("--model", help="pose model")
    teach.add_argument("--keypoints", action="store_true", help="print the keypoints instead")
    teach.set_defaults(run=_teach)

    evaluate = commands.add_parser("evaluate", help="check the rules on labelled recordings")
    evaluate.add_argument("index", type=Path, help="a CSV with file, workout, reps")
    evaluate.add_argument("--model", action="append", default=[], help="pose model; repeatable")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.add_argument("--workout", help="only this one")
    evaluate.add_argument("--folds", action="store_true", help="each group of people by itself")
    evaluate.add_argument("--recognise", action="store_true", help="which workout is recognised?")
    evaluate.add_argument("--teach", action="store_true", help="five repetitions teach the rest")
    evaluate.add_argument("--perturb", action="store_true", help="faster, noisier, mirrored ...")
    evaluate.add_argument(
        "--sensitivity", action="store_true", help="with each threshold of --workout moved"
    )
    evaluate.set_defaults(run=_evaluate)

    recordings = commands.add_parser("recordings", help="sets whose count somebody has corrected")
    recordings.add_argument("action", choices=["list", "keep", "export", "delete"])
    recordings.add_argument(
        "names", nargs="*", metavar="NAME", help="a session, a new folder, or files; none for all"
    )
    recordings.set_defaults(run=_recordings)

    settings = commands.add_parser("settings", help="print a table of all settings")
    settings.add_argument(
        "--update", type=Path, metavar="FILE", help="replace the table in this document instead"
    )
    settings.set_defaults(run=_print_settings)

    models = commands.add_parser("models", help="list or download the pose models")
    models.add_argument("action", nargs="?", choices=["list", "fetch"], default="list")
    models.add_argument("names", nargs="*", metavar="NAME", help="models to download; default: all")
    models.add_argument("--edgetpu", action="store_true", help="the Edge TPU versions")
    models.set_defaults(run=_models)

    doctor = commands.add_parser("doctor", help="check this machine and suggest fixes")
    doctor.set_defaults(run=_doctor)

    bench = commands.add_parser("bench", help="benchmark this machine")
    bench_options(bench)

    backup = commands.add_parser("backup", help="back up the database to a file")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="restore the database from a backup")
    restore.add_argument("file", type=Path)
    restore.set_defaults(run=_restore)

    code = commands.add_parser("code", help="show the house code, which a device enters once")
    code.add_argument("--new", action="store_true", help="new code; logs all devices out")
    code.set_defaults(run=_code)

    pipeline = commands.add_parser(
        "pipeline",
        aliases=["trainer"],  # its former name
        help="run only the camera and counting process (serve starts it)",
    )
    pipeline.add_argument(OPTION, type=int, metavar="FD", help="heartbeat pipe")
    pipeline.set_defaults(run=_pipeline)

    relay = commands.add_parser(
        "relay", help="run only the process that syncs with a club's Redis (serve starts it)"
    )
    relay.add_argument(OPTION, type=int, metavar="FD", help="heartbeat pipe")
    relay.set_defaults(run=_relay)

    mqtt = commands.add_parser(
        "mqtt", help="run only the process that publishes to an MQTT broker (serve starts it)"
    )
    mqtt.add_argument(OPTION, type=int, metavar="FD", help="heartbeat pipe")
    mqtt.set_defaults(run=_mqtt)

    web = commands.add_parser("web", help="run only the web process (serve starts it)")
    web.set_defaults(run=_web)
    return parser


def _settings(options: argparse.Namespace, *names: str) -> Settings:
    """Load the settings; the named command-line options, where present, take precedence."""
    overrides = {name: getattr(options, name) for name in names}
    return Settings.load(**{name: value for name, value in overrides.items() if value is not None})


def _serve(options: argparse.Namespace) -> None:
    from hiitpi.app.supervisor import serve
    from hiitpi.coach.rules.workout_library import WorkoutLibrary
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import fetch
    from hiitpi.system.app_urls import startup_message
    from hiitpi.system.logs import configure_logging

    settings = _settings(options, "host", "port", "camera", "model")
    configure_logging(settings, "serve")
    for name in Settings.unknown():
        logging.getLogger(__name__).warning("Ignoring unknown setting %s.", name)
    WorkoutLibrary(settings.workouts_dir)
    if settings.own_station:
        catalog = Catalog(mirror=settings.model_mirror, on_message=_print_status)
        fetch(settings.model, catalog, settings.accelerator)
    serve(settings, lambda service: print(startup_message(settings, service), flush=True))
    print("Stopped.")


def _evaluate(options: argparse.Namespace) -> None:
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import Engine, open_engine
    from hiitpi.recordings.command import evaluation
    from hiitpi.recordings.house_library import house_library

    settings = Settings.load()
    catalog = Catalog(mirror=settings.model_mirror, on_message=_print_status)

    def engine(name: str) -> Engine:
        return open_engine(name, catalog, settings.threads, settings.accelerator)

    print(evaluation(options, house_library(settings), engine, _print_status))


def _teach(options: argparse.Namespace) -> None:
    from hiitpi.recordings.teach_command import run

    run(options, _settings(options, "model"), _print_status)


def _recordings(options: argparse.Namespace) -> None:
    from hiitpi.recordings.kept_command import run

    run(options)


def _print_settings(options: argparse.Namespace) -> None:
    from hiitpi.app.settings_table import print_settings

    print_settings(options.update)


def _models(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from hiitpi.pose.catalog import Catalog

    settings = Settings.load()
    with tqdm(unit="B", unit_scale=True, leave=False, disable=not sys.stderr.isatty()) as bar:

        def show_progress(name: str, received: int, size: int) -> None:
            bar.total, bar.n = size or None, received
            bar.set_description(name, refresh=True)

        catalog = Catalog(
            mirror=settings.model_mirror, on_message=_print_status, on_progress=show_progress
        )
        names = options.names or list(catalog.names)
        if options.action == "fetch":
            for name in names:
                for path in catalog.fetch(name, options.edgetpu):
                    print(f"{name}: {path}")
            return
    for name in names:
        model = catalog.describe(name)
        mark = "have" if catalog.is_available(name) else "need"
        print(f"{mark}  {name:<12} {model['size']:>8}  {model['licence']:<11} {model['title']}")


def _doctor(options: argparse.Namespace) -> int:
    from hiitpi.app.doctor import examine

    findings = []
    for finding in examine(Settings.load()):
        print(finding, flush=True)
        findings.append(finding)
    return int(any(f.required and not f.ok for f in findings))


def _backup(options: argparse.Namespace) -> None:
    from hiitpi.records.backup import backup
    from hiitpi.records.sessions import Store

    settings = Settings.load()
    store = Store(settings.database, settings.zone)
    try:
        sessions = backup(store, options.file)
    finally:
        store.close()
    print(f"Backed up to {options.file}. Sessions: {sessions}.")


def _restore(options: argparse.Namespace) -> None:
    from hiitpi.records.backup import restore
    from hiitpi.records.sessions import Store

    settings = Settings.load()
    settings.make_instance()
    store = Store(settings.database, settings.zone)
    try:
        sessions, previous = restore(store, options.file, settings.instance)
    finally:
        store.close()
    print(f"Sessions restored: {sessions}. The previous database is kept in {previous}.")
    if previous and previous.name.startswith("damaged"):
        print("If the app is running, restart it.")


def _code(options: argparse.Namespace) -> None:
    from hiitpi.access.device_cookies import DeviceCookies
    from hiitpi.access.house_code import HouseCode
    from hiitpi.system.app_urls import LOCAL_ONLY, login_lines, url_for_other_devices

    settings = Settings.load()
    settings.make_instance()
    if options.new:
        code = HouseCode(settings.instance, settings.house_code)
        code.renew()
        DeviceCookies(settings.instance, code, time.time, time.monotonic).revoke_all()
        print("New code created. Every device has to enter it again.")
    print(f"  {url_for_other_devices(settings) or LOCAL_ONLY}")
    print("\n".join(login_lines(settings)))


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


def _mqtt(options: argparse.Namespace) -> None:
    from hiitpi.integrations.mqtt import serve
    from hiitpi.system.logs import configure_logging

    settings = Settings.load()
    configure_logging(settings, "mqtt")
    serve(settings, beat=heartbeat(sys.argv, time.monotonic))


def _web(options: argparse.Namespace) -> None:
    from hiitpi.system.logs import configure_logging
    from hiitpi.web.wsgi_server import serve

    settings = Settings.load()
    configure_logging(settings, "web")
    serve(settings)


def _count(options: argparse.Namespace) -> None:
    from hiitpi.recordings.count_command import run

    run(options, _settings(options, "model"), _print_status)


def _print_status(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
