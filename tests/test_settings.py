"""Settings from arguments, the environment and the file `.env`."""

from pathlib import Path

import pytest

from hiitpi.errors import SettingsError
from hiitpi.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HIITPI_PORT", "0"),
        ("HIITPI_PORT", "http"),
        ("HIITPI_STATION", "Living Room"),
        ("HIITPI_CAMERA_FPS", "-1"),
        ("HIITPI_LOG_LEVEL", "LOUD"),
    ],
)
def test_the_error_for_an_invalid_value_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}='{value}' cannot be used"):
        Settings.load()


@pytest.mark.parametrize("zoom", ["1,2", "[1,2]", "[0,0,1,2]", "x"])
def test_an_invalid_compound_value_is_refused(monkeypatch: pytest.MonkeyPatch, zoom: str):
    monkeypatch.setenv("HIITPI_CAMERA_ZOOM", zoom)
    with pytest.raises(SettingsError, match=r"(?i)camera_zoom") as caught:
        Settings.load()
    assert "\n" not in str(caught.value)


def test_a_binary_settings_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"\xa8\x00\xff")
    with pytest.raises(SettingsError, match=r"\.env"):
        Settings.load()


def test_an_instance_folder_that_cannot_be_created(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"HIITPI_INSTANCE=.*file.* folder cannot be created"):
        Settings(instance=tmp_path / "file").make_instance()


def test_settings_come_from_file_environment_and_arguments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("HIITPI_PORT=1234\nHIITPI_STATION=cellar\nOTHER=1\n")
    monkeypatch.setenv("HIITPI_STATION", "attic")
    loaded = Settings.load(camera="athlete")
    assert (loaded.port, loaded.station, loaded.camera) == (1234, "attic", "athlete")


def test_child_processes_get_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    settings = Settings(port=1234, camera="athlete", instance=tmp_path, mirror=False)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.load() == settings


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("redis://h", "redis://h/2"),
        ("redis://:pw@h:6379/", "redis://:pw@h:6379/2"),
        ("rediss://h?ssl_cert_reqs=none", "rediss://h/2?ssl_cert_reqs=none"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=2"),
        ("unix:///run/redis.sock?username=x", "unix:///run/redis.sock?username=x&db=2"),
    ],
)
def test_each_kind_of_data_has_its_own_redis_database(url: str, database: str):
    assert Settings.load(own_redis_url=url).redis(2) == database


@pytest.mark.parametrize("url", ["redis://h/1", "redis://h?db=3", "http://h", "h:6379"])
def test_a_redis_url_that_names_a_database_is_refused(url: str):
    with pytest.raises(SettingsError, match="HIITPI_OWN_REDIS_URL"):
        Settings.load(own_redis_url=url)


def test_unknown_settings_are_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("HIITPI_CAMRA=0\nOTHER=1\nHIITPI_PORT=8051\n")
    assert "HIITPI_CAMRA" in Settings.unknown()
    assert Settings.unknown({"HIITPI_PROT": "1", "hiitpi_port": "1", "PATH": ""}) == ["HIITPI_PROT"]
