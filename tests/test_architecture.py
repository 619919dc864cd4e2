"""Rules of the architecture: which packages may import which, and what importing them may do."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hiitpi.settings import ROOT

#: The packages that each package imports, lowest layer first. A package may import only those, so
#: that the graph has no cycle and each new dependency is a deliberate change of this table.
MAY_IMPORT = {
    "errors": set(),
    "setting_rules": set(),
    "settings": {"errors", "setting_rules"},
    "access": {"errors", "setting_rules"},
    "system": {"access", "errors", "settings"},
    "pose": {"errors"},
    "camera": {"errors", "settings", "system"},
    "video": {"pose"},
    "coach": {"errors", "pose"},
    "live": {"coach", "errors", "settings", "system"},
    "records": {"coach", "errors", "system"},
    "recordings": {
        "camera", "coach", "errors", "pose", "records", "settings", "video",
    },
    "pipeline": {
        "camera", "coach", "errors", "live", "pose", "records", "settings", "system", "video",
    },
    "integrations": {"coach", "errors", "live", "records", "settings", "system"},
    "web": {"access", "coach", "errors", "integrations", "live", "records", "settings", "system"},
    "app": {"camera", "coach", "errors", "live", "pose", "records", "settings", "system"},
    "bench": {
        "app", "camera", "coach", "errors", "live", "pipeline", "pose", "records", "settings",
        "system", "video",
    },
    "cli": {
        "access", "app", "bench", "coach", "errors", "integrations", "live", "pipeline", "pose",
        "recordings", "records", "settings", "system", "web",
    },
    "__main__": {"cli"},
}  # fmt: skip

#: Stricter than the above: the only modules of `hiitpi` that the files of a folder may import.
ONLY = {
    "workouts": {"hiitpi.coach", "hiitpi.pose.keypoints"},
    "hiitpi/coach": {"hiitpi.coach", "hiitpi.pose.keypoints", "hiitpi.errors"},
    "hiitpi/coach/rules": {"hiitpi.coach.rules", "hiitpi.pose.keypoints", "hiitpi.errors"},
    "hiitpi/live": {
        "hiitpi.coach.codec", "hiitpi.coach.messages", "hiitpi.coach.session.program",
        "hiitpi.errors", "hiitpi.live", "hiitpi.settings", "hiitpi.system",
    },
    "hiitpi/records": {
        "hiitpi.coach.heart_rate", "hiitpi.coach.messages", "hiitpi.coach.rules.pace",
        "hiitpi.coach.session.program", "hiitpi.coach.suggestion", "hiitpi.errors",
        "hiitpi.records", "hiitpi.system.atomic_file",
    },
}  # fmt: skip

#: Packages that the files of a folder must not import.
NEVER = {
    "hiitpi/web": {"cv2", "numpy"},
    "hiitpi/access": {"flask"},
    "hiitpi/coach": {"redis", "sqlalchemy", "cv2", "time"},
}


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return modules


def files(folder: str) -> list[Path]:
    """Return the Python files below a folder of the project."""
    return sorted((ROOT / folder).rglob("*.py"))


def within(module: str, packages: set[str]) -> bool:
    """Return whether a module is one of some packages, or in one of them."""
    return any(module == parent or module.startswith(f"{parent}.") for parent in packages)


def package(module: str) -> str:
    """Return the package of `hiitpi` that a module belongs to."""
    return [*module.split("."), ""][1]


def test_every_package_has_a_layer():
    packages = {p.stem if p.is_file() else p.name for p in (ROOT / "hiitpi").iterdir()}
    assert packages - {"__init__", "__pycache__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_a_package_imports_exactly_what_the_table_allows(name: str):
    paths = files(f"hiitpi/{name}") or [ROOT / "hiitpi" / f"{name}.py"]
    imported = {
        package(module)
        for path in paths
        for module in imports(path)
        if module.startswith("hiitpi.")
    }
    assert imported - {name} == MAY_IMPORT[name]


def test_there_is_no_import_cycle():
    lower_layers: set[str] = set()
    for name, imported in MAY_IMPORT.items():
        assert imported <= lower_layers, (
            f"{name} imports {imported - lower_layers}, which is above it"
        )
        lower_layers.add(name)


@pytest.mark.parametrize("folder", ONLY)
def test_a_folder_imports_only_the_allowed_modules(folder: str):
    assert files(folder)
    for path in files(folder):
        own_modules = {module for module in imports(path) if module.startswith("hiitpi")}
        assert not {m for m in own_modules if not within(m, ONLY[folder])}, path


@pytest.mark.parametrize("folder", NEVER)
def test_a_folder_does_not_import_forbidden_packages(folder: str):
    for path in files(folder):
        assert not {m for m in imports(path) if within(m, NEVER[folder])}, path


def test_only_settings_reads_the_environment():
    for path in files("hiitpi"):
        text = path.read_text()
        # The supervisor passes the environment on to its child processes.
        if path.name not in ("settings.py", "supervisor.py"):
            assert not re.search(r"os\.environ(\[|\.)", text), path
            assert "getenv" not in text, path


@pytest.mark.parametrize("module", ["hiitpi.cli", "hiitpi.web.app", "hiitpi.pipeline.process"])
def test_an_import_opens_no_connection_and_starts_no_thread(module: str, tmp_path: Path):
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
    assert list(tmp_path.iterdir()) == []  # the current and the home folder of the process


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
def test_a_process_does_not_import_heavy_packages_of_another(module: str, heavy: set[str]):
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert result.stdout.strip() == "[]"


def test_files_stay_small():
    too_long = {
        str(p.relative_to(ROOT)): n
        for p in files("hiitpi")
        if (n := len(p.read_text().splitlines())) > 340
    }
    assert not too_long
