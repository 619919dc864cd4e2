"""Read-only checks of any running HIIT PI, for instance of a Pi after an update.

`./setup.sh test --device http://hiitpi.local [--code CODE]` runs them against a device. Without
that option they run against an app that is started for them.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hiitpi.camera.opencv import OpenCVCamera
from tests.browser.conftest import App, open_page, running_app, wait_for_callbacks
from tests.support.waiting import until

pytestmark = pytest.mark.slow

PAGES = ("/train", "/programs", "/leaderboard", "/history", "/account", "/status", "/wall")

FIRST_SAMPLES = """() => new Promise((resolve) => {
  const source = new EventSource("/live");
  const samples = [];
  source.onmessage = (message) => {
    samples.push(...JSON.parse(message.data).samples);
    if (samples.length > 10) { source.close(); resolve(samples); }
  };
})"""


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    url = request.config.getoption("--device")
    if url:
        yield App(url.rstrip("/"), None, None)
        return
    with running_app(tmp_path_factory.mktemp("device") / "instance") as app:
        yield app


@pytest.fixture
def page(browser: Browser, app: App, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a page in a browser profile that has entered the house code, if one is required."""
    with open_page(browser, app, strict=True) as page:
        page.goto("/status")
        if "/code" in page.url:
            code = request.config.getoption("--code")
            assert code, "this device asks for the house code: pass --code CODE"
            page.fill("[name=code]", code)
            page.click("button")
            page.wait_for_url("**/status")
        yield page


def test_every_page_opens_without_an_error(page: Page):
    for path in PAGES:
        page.goto(path)
        expect(page.locator("h1").first).to_be_visible()
        wait_for_callbacks(page)
        expect(page.locator("#records-trouble")).to_be_hidden()


def test_video_and_live_data_arrive(page: Page):
    page.goto("/train")
    video = page.locator("#video")
    expect(video).to_have_js_property("complete", True)
    # The page obeys its content security policy, under which wait_for_function cannot poll.
    until(lambda: video.evaluate("video => video.naturalWidth > 1"), timeout_s=60)
    samples = page.evaluate(FIRST_SAMPLES)
    times = [sample["time"] for sample in samples]
    assert times == sorted(times)


def test_the_device_reports_itself_healthy(page: Page):
    response = page.request.get("/healthz")
    assert response.status == 200, response.text()


def test_the_video_stream_works_as_a_network_camera(app: App, request: pytest.FixtureRequest):
    if request.config.getoption("--device"):
        pytest.skip("another device would have to enter the house code")
    camera = OpenCVCamera(f"{app.url}/videostream")
    camera.start()
    try:
        seq = 0
        while seq < 10:
            frame = camera.read(seq, 5)
            assert frame is not None
            assert frame.image.shape == (480, 640, 3)
            seq = frame.seq
    finally:
        camera.close()
