"""The documents are true: nothing a user can see is undocumented."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hiitpi.cli import _parser
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session import program_file
from hiitpi.coach.session.program import SHIPPED_PROGRAMS
from hiitpi.pose.catalog import Catalog
from hiitpi.records.export_import import CsvRepetition, CsvSet
from hiitpi.settings import ROOT, Settings
from hiitpi.web.app import PAGES
from hiitpi.web.pages.account import FILES

README = (ROOT / "README.md").read_text()
DATA = (ROOT / "docs" / "data.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def subcommands() -> list[str]:
    (choices,) = (a.choices for a in _parser()._actions if a.dest == "command")
    return sorted(set(choices) - {"trainer"})  # a former name


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str):
    assert f"`HIITPI_{name.upper()}`" in README
    assert Settings.model_fields[name].description


def test_no_setting_is_documented_that_does_not_exist():
    named = set(re.findall(r"HIITPI_([A-Z_]+)", README))
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("workout", WorkoutLibrary(), ids=lambda w: w.slug)
def test_every_workout_is_documented(workout):
    assert f"| {workout.name} | `{workout.slug}` |" in README


@pytest.mark.parametrize("program", SHIPPED_PROGRAMS, ids=lambda p: p.name)
def test_every_program_is_documented(program):
    assert f"| {program.name} |" in README


def test_the_program_in_the_readme_is_one():
    lines = README.split("as a small text file:\n\n")[1].split("\n\n")[0].splitlines()
    program = program_file.read("\n".join(line.removeprefix("    ") for line in lines))
    assert program.rounds == 3


@pytest.mark.parametrize("command", subcommands())
def test_every_command_is_documented(command: str):
    assert f"python -m hiitpi {command}" in README


@pytest.mark.parametrize("model", Catalog().names)
def test_every_model_is_documented(model: str):
    assert f"`{model}`" in README


@pytest.mark.parametrize(
    "route",
    [
        *(page.PATH for page in PAGES),
        "/videostream",
        "/live",
        "/wall/live",
        "/wall/video",
        "/export/program/KEY.toml",
        *(path for path, _ in FILES),
        "/healthz",
        "/code",
    ],
)
def test_every_route_is_documented(route: str):
    assert f"`{route}`" in README


def test_every_route_is_described():
    """For programs, and for fuzzers."""
    described = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"].keys()
    assert {page.PATH for page in PAGES} | {path for path, _ in FILES} <= described
    assert {"/code", "/live", "/videostream", "/healthz", "/export/program/{key}.toml"} <= described
    assert {"/wall/live", "/wall/video"} <= described


@pytest.mark.parametrize("kind", [CsvSet, CsvRepetition])
def test_every_column_of_an_export_is_documented(kind):
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", DATA, re.MULTILINE))
    documented = {name: f.description for name, f in kind.model_fields.items()}
    both = CsvSet.model_fields.keys() & CsvRepetition.model_fields.keys()
    assert all(rows[name] == text for name, text in documented.items() if name not in both)
    assert both <= rows.keys()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_links_and_pictures_lead_somewhere(document: str):
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (ROOT / target).exists(), target


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:hiitpi|tests|workouts|models)/[\w./]+)`", CONTRIBUTING)))
)
def test_paths_exist(path: str):
    assert (ROOT / path).exists() or "your_" in path


def test_setup_says_how_it_is_used():
    usage = subprocess.run(
        ["./setup.sh", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert re.findall(r"^  (\w+)  ", usage.stdout, re.MULTILINE) == [
        "run", "test", "install", "update", "uninstall",
    ]  # fmt: skip


def test_public_things_have_docstrings():
    """Modules, classes and functions that others may call say what they do."""
    import ast

    silent = []
    for path in [*(ROOT / "hiitpi").rglob("*.py"), *(ROOT / "workouts").glob("*.py")]:
        tree = ast.parse(path.read_text())
        nodes = [n for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
        nodes += [
            m for n in nodes if isinstance(n, ast.ClassDef) for m in n.body
            if isinstance(m, ast.FunctionDef)
        ]  # fmt: skip
        names = [n.name for n in nodes if not n.name.startswith("_") and not ast.get_docstring(n)]
        silent += [f"{path.relative_to(ROOT)}: {name}" for name in names]
        if not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
    assert not [s for s in silent if "migrations/versions" not in s]


def test_settings_table_has_the_defaults():
    rows = dict(re.findall(r"^\| `HIITPI_(\w+)` \| `([^`]*)` \|", README, re.MULTILINE))
    for name, default in rows.items():
        field = Settings.model_fields[name.lower()]
        shown = str(field.default).lower()
        if isinstance(field.default, tuple):
            shown = str([round(value) for value in field.default])
        elif isinstance(field.default, float):
            shown = f"{field.default:g}"
        if isinstance(field.default, Path):
            shown = f"{field.default.relative_to(ROOT)}/"
        assert default.lower() == shown, name


def test_version_is_the_same_everywhere():
    project = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-m", "hiitpi", "--version"], cwd=ROOT, capture_output=True, text=True
    )
    assert project
    assert done.stdout.strip() == f"hiitpi {project[1]}"
