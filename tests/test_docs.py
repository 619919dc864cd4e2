"""The documentation is complete and correct: everything a user can see is documented."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hiitpi.app.settings_table import TABLE_BEGIN, TABLE_END, settings_table, update_settings_table
from hiitpi.cli import _parser, main
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session import program_file
from hiitpi.coach.session.program import SHIPPED_PROGRAMS
from hiitpi.errors import SettingsError
from hiitpi.pose.catalog import Catalog
from hiitpi.records.export_import import CsvRepetition, CsvSet
from hiitpi.settings import ROOT, Settings
from hiitpi.web.api.control import control_endpoints
from hiitpi.web.api.endpoints import PREFIX
from hiitpi.web.api.reading import reading_endpoints
from hiitpi.web.app import MOVED_PATHS, PAGES, create_app
from hiitpi.web.exports import FILES
from tests.test_architecture import MAY_IMPORT, NEVER, ONLY

#: The text of all documents, by path.
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text()
    for folder in (".", "docs", "models", ".github")
    for path in sorted((ROOT / folder).glob("**/*.md" if folder == ".github" else "*.md"))
}

MAX_README_WORDS = 800

ARCHITECTURE = DOCUMENTS["docs/architecture.md"]
COMMANDS = DOCUMENTS["docs/commands.md"]
CONFIGURATION = DOCUMENTS["docs/configuration.md"]
DATA = DOCUMENTS["docs/data.md"]
HTTP = DOCUMENTS["docs/http.md"]
MODELS = DOCUMENTS["docs/models.md"]
TROUBLESHOOTING = DOCUMENTS["docs/troubleshooting.md"]
WORKOUTS = DOCUMENTS["docs/workouts.md"]

#: Prefixes of paths that the app or the reader creates later, and of MQTT topics.
CREATED_LATER = ("instance/", "workouts/your_", ".venv", "node_modules", "hiitpi/home/")


def subcommands() -> list[str]:
    """Return the commands of the command line, without those kept for compatibility."""
    (choices,) = (a.choices for a in _parser()._actions if a.dest == "command")
    return sorted(set(choices) - {"trainer"})  # the former name of `pipeline`


def sources(*folders: str) -> list[Path]:
    """Return the Python files of folders of the project."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def rows(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its header."""
    section = document.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = section[section.index("\n|") :].strip().split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_the_readme_is_short():
    assert len(DOCUMENTS["README.md"].split()) <= MAX_README_WORDS


def test_the_readme_links_to_every_document():
    targets = re.findall(r"\]\(([^)#]+)", DOCUMENTS["README.md"])
    expected = {d for d in DOCUMENTS if not d.startswith((".github", "models"))} - {"README.md"}
    assert expected <= set(targets)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str):
    assert f"| `HIITPI_{name.upper()}` |" in CONFIGURATION
    assert Settings.model_fields[name].description


def test_the_table_of_settings_is_up_to_date(capsys: pytest.CaptureFixture[str]):
    main(["settings"])
    table = CONFIGURATION.split(TABLE_BEGIN)[1].split(TABLE_END)[0].strip()
    assert table == capsys.readouterr().out.strip(), (
        "run `python -m hiitpi settings --update docs/configuration.md`"
    )


def test_updating_replaces_only_the_table_of_settings(tmp_path: Path):
    document = tmp_path / "configuration.md"
    document.write_text(f"before\n\n{TABLE_BEGIN}\nold\n{TABLE_END}\n\nafter\n")
    update_settings_table(document)
    expected = f"before\n\n{TABLE_BEGIN}\n\n{settings_table()}\n\n{TABLE_END}\n\nafter\n"
    assert document.read_text() == expected


@pytest.mark.parametrize("content", ["no table", TABLE_BEGIN, None])
def test_a_document_without_a_table_of_settings_is_not_changed(tmp_path: Path, content: str | None):
    document = tmp_path / "configuration.md"
    if content:
        document.write_text(content)
    with pytest.raises(SettingsError, match=r"configuration\.md"):
        update_settings_table(document)
    assert not content or document.read_text() == content


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documented_settings_exist(document: str):
    names = set(re.findall(r"HIITPI_([A-Z_]+)", DOCUMENTS[document]))
    assert names <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("workout", WorkoutLibrary(), ids=lambda w: w.slug)
def test_every_workout_is_documented(workout):
    assert f"| {workout.name} | `{workout.slug}` |" in WORKOUTS


@pytest.mark.parametrize("program", SHIPPED_PROGRAMS, ids=lambda p: p.name)
def test_every_program_is_documented(program):
    assert f"| {program.name} |" in WORKOUTS


def test_the_documented_program_file_is_valid():
    lines = WORKOUTS.split("as a small text file in TOML:\n\n")[1].split("\n\n")[0].splitlines()
    program = program_file.read("\n".join(line.removeprefix("    ") for line in lines))
    assert program.rounds == 3


@pytest.mark.parametrize("command", subcommands())
def test_every_command_is_documented(command: str):
    assert f"`python -m hiitpi {command}" in COMMANDS


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documented_commands_exist(document: str):
    names = set(re.findall(r"python -m hiitpi ([a-z]+)", DOCUMENTS[document]))
    assert names <= {*subcommands(), "trainer"}


@pytest.mark.parametrize("model", Catalog().names)
def test_every_model_is_documented(model: str):
    assert f"| `{model}` |" in MODELS
    assert f"`{model}`" in Settings.model_fields["model"].description


@pytest.mark.parametrize(
    "route",
    [
        *(page.PATH for page in PAGES),
        *MOVED_PATHS,
        "/videostream",
        "/live",
        "/wall/live",
        "/wall/video",
        "/export/program/KEY.toml",
        "/export/workout/SLUG.py",
        "/ghost?player=NAME&workout=SLUG",
        "/export/session/ID.fit",
        "/metrics",
        *(path for path, _ in FILES),
        "/healthz",
        "/code",
    ],
)
def test_every_route_is_documented(route: str):
    assert f"`{route}`" in HTTP


def test_every_route_is_in_the_openapi_description():
    """Programs and fuzzers use the OpenAPI description."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"].keys()
    assert {page.PATH for page in PAGES} | {path for path, _ in FILES} <= paths
    assert {"/code", "/live", "/videostream", "/healthz", "/export/program/{key}.toml"} <= paths
    assert "/export/session/{uuid}.{kind}" in paths
    assert {"/wall/live", "/wall/video"} <= paths


def test_every_endpoint_of_the_api_is_documented(tmp_path: Path):
    text = (ROOT / "docs" / "api.md").read_text()
    services = create_app(Settings(instance=tmp_path)).extensions["hiitpi"]
    for endpoint in (*reading_endpoints(services).all, *control_endpoints(services).all):
        path = re.sub(r"<uuid:\w+>", "ID", endpoint.path)
        named = re.sub(r"<[a-z:]+>", "NAME", path)
        assert f"`{endpoint.method} {PREFIX}{named}`" in text, endpoint.path


@pytest.mark.parametrize("kind", [CsvSet, CsvRepetition])
def test_every_column_of_an_export_is_documented(kind):
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", DATA, re.MULTILINE))
    documented = {name: f.description for name, f in kind.model_fields.items()}
    common = CsvSet.model_fields.keys() & CsvRepetition.model_fields.keys()
    assert all(rows[name] == text for name, text in documented.items() if name not in common)
    assert common <= rows.keys()


def test_documented_messages_exist():
    """The messages quoted in the troubleshooting table occur in the code; … is a placeholder."""
    code = [*sources("hiitpi"), ROOT / "setup.sh", ROOT / "deploy" / "service.sh"]
    # Adjacent string literals are joined.
    text = re.sub(r'"\s+f?"', "", "\n".join(path.read_text() for path in code))
    table = re.findall(r"^\| (`.+?) \|", TROUBLESHOOTING, re.MULTILINE)
    quotes = [quote for cell in table for quote in re.findall(r"`([^`]+)`", cell)]
    assert len(quotes) > 15
    for quote in quotes:
        for part in re.split("…|:8050", quote):
            assert part.strip(" ,'“”") in text, quote


def test_imports_of_packages_are_documented():
    cells = {row[0].strip("`"): row[2] for row in rows(ARCHITECTURE, "Packages and their imports")}
    documented = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in cells.items()}
    assert documented == MAY_IMPORT


def test_stricter_imports_of_folders_are_documented():
    section = ARCHITECTURE.split("Some folders are narrower still:")[1].split("\n\n")[1]
    table = [row.strip("|").split("|") for row in section.splitlines()[2:]]
    allowed = {c[0].strip(" `/"): set(re.findall(r"`([\w.]+)`", c[1])) for c in table}
    assert {folder: names for folder, names in allowed.items() if names} == {
        folder: {name for name in names if name != folder.replace("/", ".")}
        for folder, names in ONLY.items()
    }
    forbidden = {c[0].strip(" `/"): set(re.findall(r"\w+", c[2])) for c in table}
    assert {folder: names for folder, names in forbidden.items() if names} == NEVER


def test_every_thread_and_lock_is_documented():
    table = " ".join(row[2] for row in rows(ARCHITECTURE, "Threads and locks"))
    starts = re.compile(r"threading\.[A-Z]\w+\(|BackgroundLoop\(|ThreadPoolExecutor\(")
    modules = [
        str(path.relative_to(ROOT))
        for path in sources("hiitpi")
        if starts.search(path.read_text()) and "bench" not in path.parts
    ]
    assert modules
    assert not [module for module in modules if f"`{module}`" not in table]


def test_classes_in_the_diagram_exist():
    diagram = ARCHITECTURE.split("```")[1]
    code = "\n".join(path.read_text() for path in sources("hiitpi"))
    classes = set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", diagram)) - {"BlazePose"}
    functions = set(re.findall(r"\b([a-z_]+)\(\)", diagram))
    assert len(classes) > 15
    assert not [name for name in classes if not re.search(rf"^class {name}\b", code, re.MULTILINE)]
    assert not [name for name in functions if not re.search(rf"def {name}\(", code)]


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_targets_of_links_and_images_exist(document: str):
    for link in re.findall(r"\]\(([^)]+)\)", DOCUMENTS[document]):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        path = (ROOT / document).parent / target if target else ROOT / document
        assert path.exists(), link
        if anchor:
            assert anchor in anchors(path.read_text()), link


def test_targets_of_links_in_descriptions_of_settings_exist():
    for field in Settings.model_fields.values():
        for link in re.findall(r"\]\(([^)]+)\)", field.description or ""):
            assert (ROOT / "docs" / link).exists(), link


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_exist(document: str):
    """Paths in backticks are relative to the root of the project."""
    top = {p.name for p in ROOT.iterdir()}
    for code in re.findall(r"`([^`\n]+)`", DOCUMENTS[document]):
        for word in re.findall(r"[\w.-]+(?:/[\w.-]*)+", code):
            if word.split("/")[0] not in top or word.startswith(CREATED_LATER):
                continue
            assert (ROOT / word).exists(), word


def test_commit_hooks_run_the_tools_of_the_checks():
    """The pre-commit hooks run the same commands as `./setup.sh test`."""
    setup = (ROOT / "setup.sh").read_text()
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    entries = [entry.strip() for entry in re.findall(r"entry: (.+)", hooks)]
    assert len(entries) == 6
    for entry in entries:
        assert entry in setup, entry


def test_the_makefile_documents_its_targets():
    result = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"^  (\w+) ", result.stdout, re.MULTILINE) == targets


def test_codespell_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "codespell" in project["project"]["optional-dependencies"]["dev"]
    assert re.search(r"^codespell==", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)


def test_the_usage_of_setup_lists_its_commands():
    command = ["./setup.sh", "--help"]
    usage = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r"^  (\w+)  ", usage.stdout, re.MULTILINE) == [
        "run", "test", "install", "update", "kiosk", "uninstall",
    ]  # fmt: skip


def test_public_names_have_docstrings():
    """Modules, public classes, functions and methods have a docstring."""
    undocumented = []
    for path in [*(ROOT / "hiitpi").rglob("*.py"), *(ROOT / "workouts").glob("*.py")]:
        tree = ast.parse(path.read_text())
        nodes = [n for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
        nodes += [
            m for n in nodes if isinstance(n, ast.ClassDef) for m in n.body
            if isinstance(m, ast.FunctionDef)
        ]  # fmt: skip
        names = [n.name for n in nodes if not n.name.startswith("_") and not ast.get_docstring(n)]
        undocumented += [f"{path.relative_to(ROOT)}: {name}" for name in names]
        if not ast.get_docstring(tree):
            undocumented.append(str(path.relative_to(ROOT)))
    assert not [s for s in undocumented if "migrations/versions" not in s]


def test_the_table_of_settings_has_the_defaults():
    table = dict(re.findall(r"^\| `HIITPI_(\w+)` \| `([^`]*)` \|", CONFIGURATION, re.MULTILINE))
    assert len(table) > 20
    for name, default in table.items():
        field = Settings.model_fields[name.lower()]
        expected = str(field.default).lower()
        if isinstance(field.default, tuple):
            expected = str([round(value) for value in field.default])
        elif isinstance(field.default, float):
            expected = f"{field.default:g}"
        if isinstance(field.default, Path):
            expected = f"{field.default.relative_to(ROOT)}/"
        assert default.lower() == expected, name


def test_version_is_the_same_everywhere():
    project = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    result = subprocess.run(
        [sys.executable, "-m", "hiitpi", "--version"], cwd=ROOT, capture_output=True, text=True
    )
    assert project
    assert result.stdout.strip() == f"hiitpi {project[1]}"
