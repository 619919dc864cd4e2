"""Pipeline and web each alone, on a Redis that somebody else runs: as in containers."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hiitpi.live.redis_client import connect
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import ROOT, Settings
from hiitpi.system.ports import free_port

pytestmark = pytest.mark.slow


@contextmanager
def process(*command: str, env: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as child:
        try:
            yield
        finally:
            child.terminate()


def test_compose_s_two_containers(tmp_path: Path):
    port = free_port()
    settings = Settings(
        instance=tmp_path / "instance", host="127.0.0.1", port=free_port(), camera="athlete",
        own_redis_url=f"redis://127.0.0.1:{port}",
    )  # fmt: skip
    env = {**os.environ, **settings.environment()}
    bus = Subscriber(connect(settings.redis(0)), "home")
    deadline = time.monotonic() + 60

    def page(path: str) -> bytes:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{settings.port}{path}") as answer:
                    return answer.read(300)
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.2)

    with ExitStack() as stack:
        redis = ("redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path))
        stack.enter_context(process(*redis, env=env))
        pipeline = (sys.executable, "-m", "hiitpi.bench.app_under_test", "pipeline", "0.02", "0")
        stack.enter_context(process(*pipeline, env=env))
        stack.enter_context(process(sys.executable, "-m", "hiitpi", "web", env=env))
        assert b'"status":"ok"' in page("/healthz")
        assert b"retry: 1000" in page("/live")
        while not bus.is_online():
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert b"X-Seq" in page("/videostream")
