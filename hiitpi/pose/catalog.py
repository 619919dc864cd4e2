"""Where pose models come from: `models/catalog.toml`, and getting what it names."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hiitpi.errors import ModelError

MODELS_FOLDER: Final = Path(__file__).resolve().parents[2] / "models"

#: Seconds without a byte after which a download is given up.
DOWNLOAD_TIMEOUT_S: Final = 60.0

Tell = Callable[[str], None]

#: Takes a name, the bytes that are here, and all there will be (0: not known).
Show = Callable[[str, int, int], None]


class Catalog:
    """The models that `catalog.toml` names.

    Args:
        folder: where fetched files are kept.
        mirror: a folder that has the files already, tried before any address.
        tell: takes a line for the user before something slow is done.
        show: takes the progress of a download.
    """

    def __init__(
        self,
        folder: Path = MODELS_FOLDER,
        mirror: Path | None = None,
        tell: Tell = lambda line: None,
        show: Show = lambda name, have, size: None,
    ) -> None:
        self._folder, self._mirror, self._tell, self._show = folder, mirror, tell, show
        data = tomllib.loads((MODELS_FOLDER / "catalog.toml").read_text())
        self._models: dict[str, Any] = data["models"]
        self._files: dict[str, Any] = data["files"]
        self._wheels: dict[str, Any] = data["wheels"]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all models."""
        return tuple(self._models)

    def get(self, name: str, edgetpu: bool = False) -> list[Path]:
        """The files of a model, or of its form for the Edge TPU, fetched and verified.

        Raises:
            ModelError: no such model, or a file cannot be had or is not what it should be.
        """
        return [self._file(file) for file in self._names(name, edgetpu)]

    def have(self, name: str, edgetpu: bool = False) -> bool:
        """Whether the files of a model are here and whole; nothing is fetched."""
        paths = [(self._folder / file, self._files[file]) for file in self._names(name, edgetpu)]
        return all(p.is_file() and _sha256(p) == entry["sha256"] for p, entry in paths)

    def describe(self, name: str) -> dict[str, str]:
        """`title`, `licence` and `input` of a model, and its `size` where it is here."""
        files = self._names(name, edgetpu=False)
        model = self._models[name]
        sizes = [p.stat().st_size for f in files if (p := self._folder / f).is_file()]
        size = f"{sum(sizes) / 1e6:.1f} MB" if len(sizes) == len(files) else "-"
        return {**{key: model[key] for key in ("title", "licence", "input")}, "size": size}

    def _names(self, name: str, edgetpu: bool) -> list[str]:
        if name not in self._models:
            raise ModelError(f"No pose model {name!r}. There are: {', '.join(self._models)}.")
        files: list[str] | None = self._models[name].get("edgetpu" if edgetpu else "files")
        if files is None:
            raise ModelError(f"There is no {name} for the Edge TPU; posenet and movenet run there.")
        return files

    def _file(self, file: str) -> Path:
        path, entry = self._folder / file, self._files[file]
        if path.is_file():
            if _sha256(path) == entry["sha256"]:
                return path
            self._tell(f"{path} is damaged (wrong sha256); getting it again.")
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._mirror and not self._mirror.is_dir():
            self._tell(f"HIITPI_MODEL_MIRROR: there is no folder {self._mirror}. Trying without.")
        if self._mirror and (self._mirror / file).is_file():
            self._tell(f"Taking {file} from {self._mirror}.")
            self._keep(self._mirror / file, path, entry["sha256"])
        elif "wheel" in entry:
            self._from_wheel(entry["wheel"])
        else:
            self._download(entry["url"], path, entry["sha256"])
        return path

    def _keep(self, source: Path, path: Path, sha256: str) -> None:
        """Put a verified copy of `source` at `path`, whole or not at all."""
        if (found := _sha256(source)) != sha256:
            raise ModelError(
                f"{source} is not the model it should be (sha256 {found[:12]}..., "
                f"expected {sha256[:12]}...). Delete it, or get it from its official address."
            )
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            shutil.copyfile(source, part)
            part.replace(path)
        except OSError as error:
            raise ModelError(f"Cannot write {path}: {error.strerror}.") from error
        finally:
            part.unlink(missing_ok=True)

    def _download(self, url: str, path: Path, sha256: str) -> None:
        self._tell(f"Getting {path.name} from {url.split('/')[2]}.")
        got = path.with_suffix(".download")  # what an interrupted download leaves, to go on from
        try:
            download(url, got, self._show)
        except (OSError, urllib.error.URLError) as error:
            raise ModelError(
                f"Cannot get {path.name} from {url} ({error}). Check the internet connection, "
                f"or put the file into {self._folder}."
            ) from error
        try:
            self._keep(got, path, sha256)
        finally:
            got.unlink(missing_ok=True)

    def _from_wheel(self, name: str) -> None:
        """Take all files of a wheel that the catalog names, since it is downloaded but once."""
        wheel = self._wheels[name]
        self._tell(f"Getting pose models out of {wheel['requirement']} (36 MB, once).")
        with tempfile.TemporaryDirectory() as temporary:
            got = _pip_download(wheel, Path(temporary))
            if _sha256(got) != wheel["sha256"]:
                raise ModelError(f"{got.name} has the wrong sha256: not used.")
            with zipfile.ZipFile(got) as archive:
                for file, entry in self._files.items():
                    if entry.get("wheel") == name:
                        member = Path(archive.extract(entry["member"], temporary))
                        self._keep(member, self._folder / file, entry["sha256"])


def download(url: str, path: Path, show: Show) -> None:
    """Get a file; what is there already is not got again, if the server can go on from there.

    Raises:
        OSError: it cannot be had; what was got so far stays.
    """
    have = path.stat().st_size if path.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    # An opener of its own: the shared one keeps the proxy settings of whoever used it first.
    with urllib.request.build_opener().open(request, timeout=DOWNLOAD_TIMEOUT_S) as answer:
        if answer.status != 206:
            have = 0
        size = have + int(answer.headers.get("Content-Length") or 0)
        with path.open("ab" if have else "wb") as file:
            while block := answer.read(1 << 16):
                file.write(block)
                have += len(block)
                show(path.stem, have, size)
    if have < size:
        raise OSError(f"incomplete: {have} of {size} bytes; the next try goes on from there")


def _pip_download(wheel: dict[str, str], folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--implementation=cp", f"--platform={wheel['platform']}"]
    command += [f"--python-version={wheel['python']}", f"--dest={folder}", wheel["requirement"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    got = list(folder.glob("*.whl"))
    if done.returncode or not got:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"Cannot get {wheel['requirement']}, which holds the pose models ({reason}). Check the "
            "internet connection, or name a folder that has them with HIITPI_MODEL_MIRROR."
        )
    return got[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
