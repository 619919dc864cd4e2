"""Directions that never turn round: who may import whom."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hiitpi.settings import ROOT

#: A room, and what of `hiitpi` its files may import.
MAY = {
    "workouts": {"hiitpi.coach", "hiitpi.pose.keypoints"},
    "hiitpi/coach": {"hiitpi.coach", "hiitpi.pose.keypoints", "hiitpi.errors"},
    "hiitpi/live": {
        "hiitpi.live",
        "hiitpi.coach.messages",
        "hiitpi.coach.program",
        "hiitpi.errors",
        "hiitpi.settings",
        "hiitpi.process",
        "hiitpi.machine",
        "hiitpi.system",
    },
    "hiitpi/system": {"hiitpi.system", "hiitpi.errors"},
    "hiitpi/records": {
        "hiitpi.records",
        "hiitpi.coach.messages",
        "hiitpi.coach.pace",
        "hiitpi.coach.program",
        "hiitpi.errors",
    },
    "hiitpi/access": {"hiitpi.access", "hiitpi.errors"},
    "hiitpi/pose": {"hiitpi.pose", "hiitpi.errors"},
    "hiitpi/camera": {
        "hiitpi.camera",
        "hiitpi.errors",
        "hiitpi.settings",
        "hiitpi.machine",
        "hiitpi.system",
    },
}

#: What a room must not import.
MAY_NOT = {"hiitpi/web": {"hiitpi.camera", "hiitpi.pose", "hiitpi.trainer", "cv2", "numpy"}}


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


@pytest.mark.parametrize("room", MAY)
def test_a_room_imports_what_it_may(room: str):
    assert files(room)
    for path in files(room):
        ours = {module for module in imports(path) if module.startswith("hiitpi")}
        assert not {m for m in ours if not within(m, MAY[room])}, path


@pytest.mark.parametrize("room", MAY_NOT)
def test_a_room_does_not_import_what_it_may_not(room: str):
    for path in files(room):
        assert not {m for m in imports(path) if within(m, MAY_NOT[room])}, path


def test_only_settings_reads_the_environment():
    for path in files("hiitpi"):
        text = path.read_text()
        if path.name not in ("settings.py", "supervisor.py"):  # a child gets the whole environment
            assert not re.search(r"os\.environ(\[|\.)", text), path
            assert "getenv" not in text, path


@pytest.mark.parametrize("module", ["hiitpi.cli", "hiitpi.web.server", "hiitpi.trainer.main"])
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
        ("hiitpi.supervisor", {"cv2", "ai_edge_litert", "dash", "flask", "numpy", "sqlalchemy"}),
        ("hiitpi.web.gateway", {"cv2", "ai_edge_litert", "numpy", "alembic", "psycopg"}),
        ("hiitpi.trainer.main", {"dash", "flask", "plotly", "alembic", "psycopg", "gunicorn"}),
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
