"""Directions that never turn round: who may import whom."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hiitpi.settings import ROOT

#: Which packages a package may import: the floors of the house, lowest first. It imports only what
#: stands here, so that the graph has no circle and whoever adds an arrow decides it here.
MAY_IMPORT = {
    "errors": set(),
    "settings": {"errors"},
    "access": {"errors", "settings"},
    "system": {"access", "errors", "settings"},
    "pose": {"errors"},
    "camera": {"errors", "settings", "system"},
    "video": {"pose"},
    "coach": {"errors", "pose"},
    "recordings": {"camera", "coach", "errors", "pose", "settings", "video"},
    "live": {"coach", "errors", "settings", "system"},
    "records": {"coach", "errors"},
    "pipeline": {
        "camera", "coach", "errors", "live", "pose", "records", "settings", "system", "video",
    },
    "web": {"access", "coach", "errors", "live", "records", "settings", "system"},
    "app": {"camera", "coach", "errors", "live", "pose", "records", "settings", "system"},
    "bench": {
        "app", "camera", "coach", "errors", "live", "pipeline", "pose", "records", "settings",
        "system", "video",
    },
    "cli": {
        "access", "app", "bench", "coach", "errors", "live", "pipeline", "pose",
        "recordings", "records", "settings", "system", "web",
    },
    "__main__": {"cli"},
}  # fmt: skip

#: Narrower than the above: the only modules of `hiitpi` that the files of a folder may import.
ONLY = {
    "workouts": {"hiitpi.coach", "hiitpi.pose.keypoints"},
    "hiitpi/coach": {"hiitpi.coach", "hiitpi.pose.keypoints", "hiitpi.errors"},
    "hiitpi/coach/rules": {"hiitpi.coach.rules", "hiitpi.pose.keypoints", "hiitpi.errors"},
    "hiitpi/live": {
        "hiitpi.coach.codec", "hiitpi.coach.messages", "hiitpi.coach.session.program",
        "hiitpi.errors", "hiitpi.live", "hiitpi.settings", "hiitpi.system",
    },
    "hiitpi/records": {
        "hiitpi.coach.messages", "hiitpi.coach.rules.pace", "hiitpi.coach.session.program",
        "hiitpi.errors", "hiitpi.records",
    },
}  # fmt: skip

#: Packages that a folder must do without.
NEVER = {
    "hiitpi/web": {"cv2", "numpy"},
    "hiitpi/access": {"flask"},
    "hiitpi/coach": {"redis", "sqlalchemy", "cv2", "time"},
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def within(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def package(module: str) -> str:
    """The part of `hiitpi` that a module belongs to."""
    return [*module.split("."), ""][1]


def test_every_package_has_its_floor():
    found = {p.stem if p.is_file() else p.name for p in (ROOT / "hiitpi").iterdir()}
    assert found - {"__init__", "__pycache__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_a_package_imports_what_it_may(name: str):
    paths = files(f"hiitpi/{name}") or [ROOT / "hiitpi" / f"{name}.py"]
    used = {
        package(module)
        for path in paths
        for module in imports(path)
        if module.startswith("hiitpi.")
    }
    assert used - {name} == MAY_IMPORT[name]


def test_there_is_no_circle():
    known: set[str] = set()
    for name, lower in MAY_IMPORT.items():
        assert lower <= known, f"{name} stands below {lower - known}"
        known.add(name)


@pytest.mark.parametrize("folder", ONLY)
def test_a_folder_imports_nothing_else(folder: str):
    assert files(folder)
    for path in files(folder):
        ours = {module for module in imports(path) if module.startswith("hiitpi")}
        assert not {m for m in ours if not within(m, ONLY[folder])}, path


@pytest.mark.parametrize("folder", NEVER)
def test_a_folder_does_without(folder: str):
    for path in files(folder):
        assert not {m for m in imports(path) if within(m, NEVER[folder])}, path


def test_only_settings_reads_the_environment():
    for path in files("hiitpi"):
        text = path.read_text()
        if path.name not in ("settings.py", "supervisor.py"):  # a child gets the whole environment
            assert not re.search(r"os\.environ(\[|\.)", text), path
            assert "getenv" not in text, path


@pytest.mark.parametrize("module", ["hiitpi.cli", "hiitpi.web.app", "hiitpi.pipeline.process"])
def test_nothing_is_opened_at_import(module: str, tmp_path: Path):
    code = (
        "import socket, sqlite3, threading\n"
        "def no(*a, **k): raise AssertionError('opened at import')\n"
        "socket.socket.connect = sqlite3.connect = no\n"
        f"import {module}\n"
        "assert threading.active_count() == 1, threading.enumerate()"
    )
    env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [sys.executable, "-B", "-c", code]
    subprocess.run(command, cwd=tmp_path, env=env, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []  # its current and its home folder


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("hiitpi.cli", {"cv2", "ai_edge_litert", "dash", "plotly", "flask", "numpy", "sqlalchemy"}),
        (
            "hiitpi.app.supervisor",
            {"cv2", "ai_edge_litert", "dash", "flask", "numpy", "sqlalchemy"},
        ),
        ("hiitpi.web.wsgi_server", {"cv2", "ai_edge_litert", "numpy", "alembic", "psycopg"}),
        ("hiitpi.pipeline.process", {"dash", "flask", "plotly", "alembic", "psycopg", "gunicorn"}),
    ],
)
def test_heavy_packages_are_for_the_process_that_needs_them(module: str, heavy: set[str]):
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_files_stay_small():
    long = {
        str(p.relative_to(ROOT)): n
        for p in files("hiitpi")
        if (n := len(p.read_text().splitlines())) > 340
    }
    assert not long
