"""Benchmarks the app as a whole: start-up, pages, idle load, memory, latency of a repetition."""

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

#: Viewers while memory is measured.
VIEWERS: Final = 8

#: Duration of the idle measurement.
IDLE_S: Final = 20.0

#: Repetitions whose latency is measured.
REPS: Final = 30

#: Duration of an inference of the fake engine.
INFERENCE_S: Final = 0.02

#: Chromium of Debian's package, and its flags for running headless.
CHROMIUM: Final = "/usr/bin/chromium"
CHROMIUM_FLAGS: Final = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: JavaScript that records when (seconds since the epoch) each count appears on the page.
RECORD_COUNTS: Final = """() => {
  window.shown = {};
  const counter = document.getElementById("reps");
  new MutationObserver(() => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    window.shown[counter.textContent] ??= now;
  }).observe(counter, { childList: true, characterData: true, subtree: true });
}"""

Figures = dict[str, float]


def bench_web(seconds: float, report: Callable[[str], None]) -> Figures:
    """Measure the app as a whole; skip what needs a browser or a model if there is none.

    Args:
        seconds: duration of the memory measurement.
        report: called with a line of progress.

    Returns:
        Values by name.

    Raises:
        ServeError: the app does not start.
    """
    report("start-up, pages, idle load…")
    with station(INFERENCE_S):  # fills the disk cache
        pass
    with station(INFERENCE_S, pace=90) as app:
        figures: Figures = {"web_start_s": round(app.startup_s, 2)}
        figures |= {f"web_page_{page[1:] or 'login'}_ms": page_ms(app, page) for page in PAGES}
        figures |= _idle_load(app)
        figures |= _rep_latency(app, report)
    return figures | _memory(seconds, report)


def page_ms(app: Station, page: str) -> float:
    """Return the median response time of a page in milliseconds."""
    connection = http.client.HTTPConnection(*app.address)
    times_ms = []
    for _ in range(10):
        began = time.perf_counter()
        connection.request("GET", page)
        connection.getresponse().read()
        times_ms.append((time.perf_counter() - began) * 1000)
    connection.close()
    return round(statistics.median(times_ms), 1)


def _idle_load(app: Station) -> Figures:
    """Measure the CPU load without viewers, and the time to the first picture after waking up."""
    time.sleep(CAMERA_LINGER_S + 2)
    before = sum(cpu_seconds(app.pid).values())
    time.sleep(IDLE_S)
    used = sum(cpu_seconds(app.pid).values()) - before
    viewer, began = Client("/videostream"), time.monotonic()
    follow(app.address, [viewer], 3.0, settle=0.0)
    first = viewer.encoded[0] - began if viewer.encoded else float("inf")
    return {"web_idle_percent": round(used / IDLE_S * 100, 2), "web_awake_s": round(first, 2)}


def _rep_latency(app: Station, report: Callable[[str], None]) -> Figures:
    """Measure the latency from the frame that completes a repetition to its count in a browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        report("Skipped the browser: playwright is not installed (./setup.sh test installs it).")
        return {}
    if not shutil.which(CHROMIUM):
        report(f"Skipped the browser: there is no {CHROMIUM}.")
        return {}
    report(f"{REPS} repetitions in a browser…")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(bypass_csp=True)  # wait_for_function needs eval
        page.goto(f"http://{app.address[0]}:{app.address[1]}/train")
        page.wait_for_selector("#train[data-phase=ready]")
        page.evaluate(RECORD_COUNTS)
        app.start_session()
        page.wait_for_function(f"+document.getElementById('reps').textContent >= {REPS}",
                               timeout=120_000)  # fmt: skip
        shown: dict[str, Any] = page.evaluate("window.shown")
        browser.close()
    epoch = time.time() - time.monotonic()
    delays_ms = []
    for _, data in app.bus().recent()["events"]:
        event = decode(data)
        shown_at = shown.get(str(event["rep"]["number"])) if event["kind"] == "rep" else None
        if shown_at:
            delays_ms.append((shown_at - epoch - event["time"] - INFERENCE_S) * 1000)
    return {"web_rep_shown_p95_ms": round(p95(delays_ms), 1), "web_reps_shown": len(delays_ms)}


def _memory(seconds: float, report: Callable[[str], None]) -> Figures:
    """Measure the memory of the whole app with a real pose model and several viewers."""
    catalog, settings = Catalog(mirror=Settings.load().model_mirror), Settings.load()
    try:
        catalog.fetch("blazepose")
    except ModelError as error:
        report(f"Skipped memory: {error}")
        return {}
    report(f"memory with BlazePose and {VIEWERS} viewers…")
    with station(None, model="blazepose", model_mirror=settings.model_mirror) as app:
        app.start_session()
        follow(app.address, [Client("/videostream") for _ in range(VIEWERS)], seconds)
        sizes = memory_mb(app.pid)
    figures = {f"web_memory_{part}_mb": round(size, 1) for part, size in sizes.items()}
    return figures | {"web_memory_mb": round(sum(sizes.values()), 1)}
