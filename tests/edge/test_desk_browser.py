"""The desk's page in a headless Chromium: every button, the keyboard, news as it comes, and what axe-core finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.desk.visitors import Door
from tests.browser import CHROMIUM, Browser, browser
from tests.desk_server import SIGNER, Page, serve, tell
from tests.storage.samples import entry

AXE = Path(__file__).parents[2] / ".venv" / "node_modules" / "axe-core" / "axe.min.js"
"""As `npm install --prefix .venv axe-core` puts it, which .ci/run does where there is npm."""
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not looked at")
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1200, 390)]
PATHS = (
    "/", "/A1", "/A2", "/held", "/silences", "/feeds", "/rules", "/rules/quakes", "/search", "/search?q=flood",
    "/search?q=(flood", "/try", "/try?rule=quakes", "/articles/2", "/nothing-here", "/A99",
)  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Served to this machine alone."""
    yield from serve(tmp_path, Door(signer=SIGNER, local_user="ani"))


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path / "profile") as opened:
        yield opened


def press(window: Browser, action: str) -> None:
    """A click on the button of a form, until another page stands there."""
    window.run("window.before = true")
    window.run(f"document.querySelector('form[method=post][action$=\"{action}\"] button').click()")
    window.wait("!window.before && document.readyState === 'complete'")


def test_every_button_does_what_it_says(page: Page, window: Browser) -> None:
    window.open(page.base)
    press(window, "/A2/claim")
    window.wait("document.querySelector('#A2 .claimed')")
    assert window.run("location.hash") == "#A2"
    press(window, "/A2/useful")
    window.wait("document.querySelector('form[action=\"/A2/useful\"] [aria-pressed=true]')")
    press(window, "/A2/noise")
    window.wait("document.querySelector('form[action=\"/A2/noise\"] [aria-pressed=true]')")
    assert not window.run("document.querySelector('form[action=\"/A2/useful\"] [aria-pressed=true]')")
    press(window, "/A2/silence")
    press(window, "/A2/test")
    window.wait("location.pathname === '/A2/test'")
    assert "expect: no_match" in (page.desk / "quakes.yaml").read_text()
    window.open(f"{page.base}/silences")
    window.run("document.querySelector('[name=why]').value = 'known'")
    window.run("document.querySelector('[name=rule]').value = 'quakes'")
    press(window, "/silences")
    window.wait("document.querySelectorAll('form[action$=\"/end\"]').length === 2")
    press(window, "/end")
    window.wait("document.querySelectorAll('form[action$=\"/end\"]').length === 1")
    window.open(f"{page.base}/try?rule=quakes")
    press(window, "/try")
    window.wait("document.querySelector('section mark')")
    assert window.complaints == []


def test_news_appears_while_somebody_looks_and_costs_nothing_while_nobody_does(page: Page, window: Browser) -> None:
    window.open(page.base)
    window.run("Object.defineProperty(document, 'visibilityState', {get: () => window.seen, configurable: true})")
    window.run("window.seen = 'hidden'; document.dispatchEvent(new Event('visibilitychange'))")
    tell(page.store, entry("storm"))
    page.asked.clear()
    window.run("document.dispatchEvent(new Event('visibilitychange'))")
    window.run("new Promise((done) => setTimeout(done, 300))")
    assert page.asked == []
    window.run("window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange'))")
    window.wait("document.querySelector('#A3')")
    assert page.asked == ["/stamp", "/"]
    assert window.run("document.getElementById('news').textContent") == "1 new"
    page.asked.clear()
    window.run("document.dispatchEvent(new Event('visibilitychange'))")
    window.run("new Promise((done) => setTimeout(done, 300))")
    assert page.asked == ["/stamp"]
    assert window.complaints == []


def test_the_keyboard_reaches_everything(page: Page, window: Browser) -> None:
    window.open(page.base)
    reached = []
    for _ in range(60):
        for kind in ("rawKeyDown", "keyUp"):
            window.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        reached.append(window.run("document.activeElement.textContent.trim().split('\\n')[0]"))
        assert window.run(
            "document.activeElement === document.body || document.activeElement.matches(':focus-visible')"
        )
    assert reached[0] == "Skip to content"
    for name in ("Events", "Try a rule", "Mine is A2", "Useful is A2", "Silence 4 h its story", "Its whole way of A1"):
        assert name in reached
    window.run("document.querySelector('form[action=\"/A2/useful\"] button').focus()")
    for kind in ("keyDown", "keyUp"):
        window.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    window.wait("document.querySelector('form[action=\"/A2/useful\"] [aria-pressed=true]')")


def violations(window: Browser) -> object:
    """What axe-core finds, each with its place."""
    window.run(AXE.read_text(encoding="utf-8") + ";0")
    found = "r.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.html).join(' ').slice(0, 300))"
    return window.run(f"axe.run().then((r) => {found})")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not in .venv: npm install --prefix .venv axe-core")
def test_no_page_has_a_barrier_and_none_is_broader_than_a_phone(page: Page, window: Browser) -> None:
    page.press("/A2/noise")
    page.press("/A1/claim")
    page.press("/silences", rule="quakes", why="known", hours="4")
    for scheme, width in LOOKS:
        window.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        window.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        for path in PATHS:
            window.open(page.base + path)
            assert violations(window) == [], (path, scheme, width)
            assert window.run(f"document.documentElement.scrollWidth <= {width}"), path
    window.run("document.querySelector('main').append(document.createElement('img'))")
    assert violations(window) != []  # it would be told
