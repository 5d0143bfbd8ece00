"""The mail's page in a real browser: wide and narrow, light and dark, legible and inert."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.delivery.samples import SAMPLES
from tests.browser import CHROMIUM, Browser, browser

PAGES = Path(__file__).parents[1] / "data" / "messages"
FAINT = """
(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const linear = (c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const [r, g, b] = channels(colour).map((c) => linear(c / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const found = getComputedStyle(element).backgroundColor;
      if (channels(found)[3] !== 0) return found;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const element of document.body.querySelectorAll("*")) {
    const said = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!said) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    const contrast = (one + .05) / (other + .05);
    if (contrast < 4.5) faint.push(element.textContent.trim().slice(0, 40) + " " + contrast.toFixed(2));
  }
  return faint.join("; ");
})()
"""
"""Texts whose contrast is less than WCAG 2.2 asks of small letters (1.4.3)."""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("name", SAMPLES)
def test_each_page_fits_its_screen_and_can_be_read_by_day_and_night(chromium: Browser, name: str) -> None:
    for scheme in ("light", "dark"):
        chromium.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        for width in (1100, 390):
            chromium.call(
                "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
            )
            chromium.open((PAGES / name / "mail.html").as_uri())
            assert chromium.run(f"document.documentElement.scrollWidth <= {width}")
            assert chromium.run(FAINT) == ""
    assert chromium.run("document.querySelectorAll('script, img, iframe, form, link').length") == 0
    addresses = chromium.run("[...document.links].map((one) => one.protocol + one.host).join(' ')")
    assert "evil" not in str(addresses)
    assert chromium.complaints == []
