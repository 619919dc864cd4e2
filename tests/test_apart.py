"""Pipeline and web as separate processes with an external Redis, as in containers."""

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
    """Run a command until the end of the context."""
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as child:
        try:
            yield
        finally:
            child.terminate()


def test_pipeline_and_web_work_as_separate_processes(tmp_path: Path):
    port = free_port()
    settings = Settings(
        instance=tmp_path / "instance", host="127.0.0.1", port=free_port(), camera="athlete",
        own_redis_url=f"redis://127.0.0.1:{port}",
    )  # fmt: skip
    env = {**os.environ, **settings.environment()}
    bus = Subscriber(connect(settings.redis(0)), "home")
    deadline = time.monotonic() + 60

    def fetch(path: str) -> bytes:
        """Return the start of a page, as soon as the web process responds."""
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{settings.port}{path}") as response:
                    return response.read(300)
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.2)

    with ExitStack() as stack:
        redis = ("redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path))
        stack.enter_context(process(*redis, env=env))
        pipeline = (sys.executable, "-m", "hiitpi.bench.app_under_test", "pipeline", "0.02", "0")
        stack.enter_context(process(*pipeline, env=env))
        stack.enter_context(process(sys.executable, "-m", "hiitpi", "web", env=env))
        assert b'"status":"ok"' in fetch("/healthz")
        assert b"retry: 1000" in fetch("/live")
        while not bus.is_online():
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert b"X-Seq" in fetch("/videostream")
