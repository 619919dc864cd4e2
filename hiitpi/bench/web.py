"""Start, pages, idleness, memory, and how soon a repetition is on a page."""

import http.client
import shutil
import statistics
import time
from collections.abc import Callable
from typing import Any, Final

from hiitpi.bench.app_under_test import Station, station
from hiitpi.bench.load_clients import Client, follow
from hiitpi.bench.percentiles import p95
from hiitpi.bench.process_stats import cpu_seconds, memory_mb
from hiitpi.coach.codec import decode
from hiitpi.errors import ModelError
from hiitpi.pipeline.pipeline import CAMERA_LINGER_S
from hiitpi.pose.catalog import Catalog
from hiitpi.settings import Settings

PAGES: Final = ("/", "/train", "/leaderboard", "/status")

#: Viewers while memory is looked at, seconds of idleness, repetitions to wait for.
VIEWERS: Final = 8
IDLE: Final = 20.0
REPS: Final = 30
INFERENCE: Final = 0.02

#: Where Debian has it, and how it runs without a screen.
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: Keeps the moment (seconds since the epoch) at which each count came to be in the page.
LISTEN: Final = """() => {
  window.shown = {};
  const counter = document.getElementById("reps");
  new MutationObserver(() => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    window.shown[counter.textContent] ??= now;
  }).observe(counter, { childList: true, characterData: true, subtree: true });
}"""

Figures = dict[str, float]


def bench_web(seconds: float, tell: Callable[[str], None]) -> Figures:
    """Measure the app as a whole; what needs a browser or a model is left out where there is none.

    Raises:
        ServeError: the app does not start.
    """
    tell("start, pages, idleness…")
    with station(INFERENCE):  # everything it reads is in the disk's cache now
        pass
    with station(INFERENCE, pace=90) as app:
        figures: Figures = {"web_start_s": round(app.opened, 2)}
        figures |= {f"web_page_{page[1:] or 'login'}_ms": page_ms(app, page) for page in PAGES}
        figures |= _idle(app)
        figures |= _shown(app, tell)
    return figures | _memory(seconds, tell)


def page_ms(app: Station, page: str) -> float:
    """Median time of a page's answer, the content that Dash asks for included."""
    connection = http.client.HTTPConnection(*app.address)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        connection.request("GET", page)
        connection.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
    connection.close()
    return round(statistics.median(times), 1)


def _idle(app: Station) -> Figures:
    """Nobody there: what the whole app takes of a core, and how soon it is awake again."""
    time.sleep(CAMERA_LINGER_S + 2)
    before = sum(cpu_seconds(app.pid).values())
    time.sleep(IDLE)
    used = sum(cpu_seconds(app.pid).values()) - before
    viewer, began = Client("/videostream"), time.monotonic()
    follow(app.address, [viewer], 3.0, settle=0.0)
    first = viewer.encoded[0] - began if viewer.encoded else float("inf")
    return {"web_idle_percent": round(used / IDLE * 100, 2), "web_awake_s": round(first, 2)}


def _shown(app: Station, tell: Callable[[str], None]) -> Figures:
    """From the frame in which a repetition completes to its number in a real browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        tell("No browser: playwright is not installed (./setup.sh test installs it).")
        return {}
    if not shutil.which(CHROMIUM):
        tell(f"No browser: there is no {CHROMIUM}.")
        return {}
    tell(f"{REPS} repetitions in a browser…")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(bypass_csp=True)  # its own waiting needs eval
        page.goto(f"http://{app.address[0]}:{app.address[1]}/train")
        page.wait_for_selector("#train[data-phase=ready]")
        page.evaluate(LISTEN)
        app.start_session()
        page.wait_for_function(f"+document.getElementById('reps').textContent >= {REPS}",
                               timeout=120_000)  # fmt: skip
        shown: dict[str, Any] = page.evaluate("window.shown")
        browser.close()
    epoch = time.time() - time.monotonic()
    delays = []
    for _, data in app.bus().recent()["events"]:
        event = decode(data)
        at = shown.get(str(event["rep"]["number"])) if event["kind"] == "rep" else None
        if at:
            delays.append((at - epoch - event["time"] - INFERENCE) * 1000)
    return {"web_rep_shown_p95_ms": round(p95(delays), 1), "web_reps_shown": len(delays)}


def _memory(seconds: float, tell: Callable[[str], None]) -> Figures:
    """The whole app with a real pose model and some viewers."""
    catalog, settings = Catalog(mirror=Settings.load().model_mirror), Settings.load()
    try:
        catalog.fetch("blazepose")
    except ModelError as error:
        tell(f"Memory is not measured: {error}")
        return {}
    tell(f"memory with BlazePose and {VIEWERS} viewers…")
    with station(None, model="blazepose", model_mirror=settings.model_mirror) as app:
        app.start_session()
        follow(app.address, [Client("/videostream") for _ in range(VIEWERS)], seconds)
        held = memory_mb(app.pid)
    found = {f"web_memory_{part}_mb": round(size, 1) for part, size in held.items()}
    return found | {"web_memory_mb": round(sum(held.values()), 1)}
