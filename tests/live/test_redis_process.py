"""The redis-server process that the app starts."""

import os
import stat
from pathlib import Path

import pytest

from hiitpi.errors import LiveError
from hiitpi.live.redis_client import connect
from hiitpi.live.redis_process import _make_private, check_redis, start_redis, stop_redis
from hiitpi.settings import Settings


def test_redis_is_private(redis: Settings):
    assert stat.S_IMODE(os.stat(redis.redis_socket).st_mode) == 0o700
    config = connect(redis.redis(0)).config_get("port", "appendonly", "save")
    assert config == {b"port": b"0", b"appendonly": b"no", b"save": b""} or config == {
        "port": "0",
        "appendonly": "no",
        "save": "",
    }


def test_a_clean_stop_saves_the_data(settings: Settings):
    settings.logs.mkdir(parents=True)
    child = start_redis(settings)
    connect(settings.redis(1)).set("kept", "yes")
    stop_redis(settings, child)
    assert child.poll() == 0
    child = start_redis(settings)
    assert connect(settings.redis(1)).get("kept") == b"yes"
    stop_redis(settings, child)


def test_a_long_instance_path_works(tmp_path: Path):
    deep = Settings(instance=tmp_path / ("x" * 60) / ("y" * 60))
    deep.logs.mkdir(parents=True)
    child = start_redis(deep)
    assert connect(deep.redis(0)).ping()
    stop_redis(deep, child)


def test_a_missing_redis_server_is_reported(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LiveError, match="apt-get install redis-server"):
        start_redis(settings)


def test_an_unreachable_server_is_reported():
    with pytest.raises(LiveError, match=r"Redis at redis://\*\*\*@.* answer.*HIITPI_OWN_REDIS_URL"):
        check_redis("redis://:secret@127.0.0.1:9/0", "HIITPI_OWN_REDIS_URL")


def test_a_socket_folder_of_another_user_is_rejected(tmp_path: Path):
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "other")
    with pytest.raises(LiveError, match="belongs to another user"):
        _make_private(tmp_path / "link")
