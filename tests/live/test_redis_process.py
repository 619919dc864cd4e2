import os
import stat
from pathlib import Path

import pytest

from hiitpi.errors import LiveError
from hiitpi.live.redis_client import connect
from hiitpi.live.redis_process import _make_private, check_redis, start_redis, stop_redis
from hiitpi.settings import Settings


def test_it_is_private(redis: Settings):
    assert stat.S_IMODE(os.stat(redis.redis_socket).st_mode) == 0o700
    config = connect(redis.redis(0)).config_get("port", "appendonly", "save")
    assert config == {b"port": b"0", b"appendonly": b"no", b"save": b""} or config == {
        "port": "0",
        "appendonly": "no",
        "save": "",
    }


def test_a_clean_stop_saves(settings: Settings):
    settings.logs.mkdir(parents=True)
    child = start_redis(settings)
    connect(settings.redis(1)).set("kept", "yes")
    stop_redis(settings, child)
    assert child.poll() == 0
    child = start_redis(settings)
    assert connect(settings.redis(1)).get("kept") == b"yes"
    stop_redis(settings, child)


def test_a_deep_folder_is_no_trouble(tmp_path: Path):
    deep = Settings(instance=tmp_path / ("x" * 60) / ("y" * 60))
    deep.logs.mkdir(parents=True)
    child = start_redis(deep)
    assert connect(deep.redis(0)).ping()
    stop_redis(deep, child)


def test_not_installed(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LiveError, match="apt-get install redis-server"):
        start_redis(settings)


def test_a_server_that_does_not_answer():
    with pytest.raises(LiveError, match=r"Redis at redis://\*\*\*@.* answer.*HIITPI_OWN_REDIS_URL"):
        check_redis("redis://:secret@127.0.0.1:9/0", "HIITPI_OWN_REDIS_URL")


def test_a_socket_in_a_folder_of_somebody_else_is_refused(tmp_path: Path):
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "other")
    with pytest.raises(LiveError, match="belongs to another user"):
        _make_private(tmp_path / "link")
