"""The page on screens from a zoomed window to a desk: all is within reach, legible and large enough to hit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import draw_stroke, handed_in, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser

SIZES = [(320, 256), (320, 568), (360, 640), (390, 844), (844, 390), (568, 320), (768, 1024), (1280, 800), (1920, 1080)]
VIEWS = ("watch", "contribute", "models", "my-drawings", "about")
STROKE = Stroke(tuple(Point(250 + y // 20, y) for y in range(100, 400, 15)))
TARGET = 44  # CSS px
READABLE = 4.5  # contrast, WCAG 2.2 AA
WITHIN = """
(selector) => {
  const { left, top, right, bottom } = document.querySelector(selector).getBoundingClientRect();
  const isSeen = right > left && bottom > top;
  return isSeen && left >= 0 && top >= 0 && right <= innerWidth + 0.5 && bottom <= innerHeight + 0.5;
}
"""
# How far the panel ends below the canvas, CSS px.
OVERHANG = """
() => {
  const [panel, sheet] = ['prediction', 'sheet'].map((id) => document.getElementById(id).getBoundingClientRect());
  return panel.bottom - sheet.bottom;
}
"""
# In one step: the page empties the line again when it hears of the service, which has no trainer.
BEFORE_TRAINING = f"""
() => {{
  document.querySelector('#loop-line').textContent = '20 more drawings';
  return ({OVERHANG})();
}}
"""
SMALL_TARGETS = """
(least) => [...document.querySelectorAll('a, button, select, summary, input')]
  .map((control) => [control, control.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 0 && height > 0 && (width < least - 0.01 || height < least - 0.01))
  .map(([{ id, outerHTML }, { width, height }]) => `${id || outerHTML.slice(0, 60)}: ${width} x ${height}`)
"""
# Text by its own colour against the nearest opaque background; colours of any notation are read from a canvas's pixel.
FAINT_TEXTS = """
(least) => {
  const probe = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const context = probe.getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].map((channel) => channel / 255);
  };
  const luminance = (channels) => channels.slice(0, 3)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ancestors = (element) => (element ? [element, ...ancestors(element.parentElement)] : []);
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const words = texts.currentNode.data.trim();
    const element = texts.currentNode.parentElement;
    if (!words || !element.getClientRects().length || element.closest('script, noscript, option')) continue;
    const around = ancestors(element);
    const ground = around.map((one) => rgba(getComputedStyle(one).backgroundColor)).find((ground) => ground[3] === 1);
    const opacity = around.reduce((product, one) => product * Number(getComputedStyle(one).opacity), 1);
    const style = getComputedStyle(element);
    const colour = rgba(element instanceof SVGElement ? style.fill : style.color);
    const seen = colour.map((channel, i) => opacity * channel + (1 - opacity) * ground[i]);
    const [dark, light] = [luminance(seen), luminance(ground)].sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < least) faint.push(`${words.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return faint;
}
"""


def show(page: Page, view: str) -> None:
    page.evaluate("(view) => (location.hash = view)", view)
    expect(page.locator("body")).to_have_attribute("data-mode", view)
    if view == "models":
        page.evaluate("() => document.querySelectorAll('#models > details').forEach((one) => (one.open = true))")
        expect(page.locator("article[data-family=softmax] dl")).to_be_visible()
        expect(page.locator("#comparison table")).to_be_visible()
    if view == "about":
        expect(page.locator("#about-title")).to_be_visible()


def resize(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("() => scrollTo(0, 0)")


def contribute_one(page: Page, service: RunningService) -> None:
    open_page(page, f"{service.url}/#contribute")
    page.locator("#agree").click()
    draw_stroke(page, STROKE)
    page.locator("#done").click()
    expect(handed_in(page)).to_have_count(1)
    for keep in page.locator("#label-question button.main").all():
        keep.click()


@pytest.fixture
def visitor(page: Page, shared_service: RunningService) -> Page:
    """Someone who has contributed a drawing, and has drawn another."""
    contribute_one(page, shared_service)
    expect(page.locator("#recent li:not([data-status=waiting])")).to_have_count(1)
    draw_stroke(page, STROKE)
    wait_for_guess(page)
    return page


def found(page: Page, script: str, least: float) -> dict[str, Any]:
    """The script's findings by view and size, without empty ones."""
    results = {}
    for view in VIEWS:
        show(page, view)
        for width, height in SIZES:
            resize(page, width, height)
            results[f"{view} at {width}x{height}"] = page.evaluate(script, least)
    return {where: what for where, what in results.items() if what}


def test_nothing_is_wider_than_the_screen(visitor: Page) -> None:
    assert found(visitor, "() => document.documentElement.scrollWidth - innerWidth", 0) == {}


def test_every_control_is_large_enough_for_a_fingertip(visitor: Page) -> None:
    visitor.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
    small = found(visitor, SMALL_TARGETS, TARGET)

    assert small == {}, json.dumps(small, indent=1)


def test_the_models_are_as_high_as_their_text_needs(visitor: Page) -> None:
    show(visitor, "models")

    for width, height in SIZES:
        resize(visitor, width, height)
        assert visitor.evaluate("() => document.documentElement.scrollHeight") < 12_000, width


def test_the_canvas_is_seen_whole_with_the_digit_that_is_asked_for(visitor: Page) -> None:
    show(visitor, "contribute")

    for width, height in SIZES:
        resize(visitor, width, height)
        visitor.evaluate("() => { location.hash = 'models'; }")
        expect(visitor.locator("#models")).to_be_visible()
        visitor.evaluate("() => { scrollTo(0, 900); location.hash = 'contribute'; }")
        expect(visitor.locator("#sheet")).to_be_visible()
        box = visitor.locator("#sheet").bounding_box()
        assert box is not None
        assert box["width"] == box["height"] >= 0.45 * min(width, height), (width, height)
        assert visitor.evaluate(WITHIN, "#sheet"), (width, height)
        assert visitor.evaluate(WITHIN, "#asked"), (width, height)


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 720), (1280, 800), (1440, 900)])
def test_the_panel_ends_level_with_the_canvas_whatever_it_says(
    page: Page, shared_service: RunningService, width: int, height: int
) -> None:
    contribute_one(page, shared_service)
    show(page, "watch")
    draw_stroke(page, STROKE)
    wait_for_guess(page)
    expect(page.locator("#personal")).to_be_visible()
    resize(page, width, height)
    overhang = {"own drawings": page.evaluate(OVERHANG)}

    page.locator("#compare").select_option("softmax")
    expect(page.locator("#compared")).to_be_visible()
    overhang["two models"] = page.evaluate(OVERHANG)
    overhang["next training"] = page.evaluate(BEFORE_TRAINING)
    page.locator("#compare").select_option("")
    expect(page.locator("#compared")).to_be_hidden()
    overhang["one model"] = page.evaluate(BEFORE_TRAINING)

    assert overhang == pytest.approx(dict.fromkeys(overhang, 0), abs=2)
    header, digit = page.locator("header").bounding_box(), page.locator("#guess-digit").bounding_box()
    assert header is not None
    assert digit is not None
    assert digit["y"] >= header["y"] + header["height"]


@pytest.mark.parametrize(("width", "height"), [(320, 256), (360, 640), (844, 390), (1280, 800)])
def test_the_consent_is_in_sight_and_what_follows_it_too(
    page: Page, shared_service: RunningService, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, f"{shared_service.url}/#contribute")
    terms = page.locator("#consent-text")
    terms.evaluate("(terms) => { terms.textContent = `${terms.textContent} `.repeat(3); }")
    assert page.evaluate(WITHIN, "#agree")
    assert page.evaluate("() => consent.scrollHeight <= consent.clientHeight")  # no scroller within the page's
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    assert page.evaluate(WITHIN, "#agree")

    page.locator("#agree").click()

    assert page.evaluate(WITHIN, "#sheet")
    assert page.evaluate(WITHIN, "#asked")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(browser: Browser, shared_service: RunningService, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    open_page(page, f"{shared_service.url}/#contribute")
    faint = {"consent": page.evaluate(FAINT_TEXTS, READABLE)}
    page.locator("#agree").click()
    faint["empty canvas"] = page.evaluate(FAINT_TEXTS, READABLE)
    draw_stroke(page, STROKE)
    wait_for_guess(page)
    faint["canvas"] = page.evaluate(FAINT_TEXTS, READABLE)
    page.locator("#done").click()
    show(page, "watch")
    page.locator("#compare").select_option("softmax")
    for points in (2, 6, 12, 20):  # guesses from weak to sure
        draw_stroke(page, Stroke(STROKE.points[:points]))
        wait_for_guess(page)
        page.wait_for_timeout(300)
        faint[f"{points} points"] = page.evaluate(FAINT_TEXTS, READABLE)
        page.locator("#clear").click()
    for view in ("models", "my-drawings", "about"):
        show(page, view)
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
        faint[view] = page.evaluate(FAINT_TEXTS, READABLE)
    context.close()

    assert {where: texts for where, texts in faint.items() if texts} == {}


def test_every_view_has_one_main_landmark_with_a_heading(visitor: Page) -> None:
    for view in VIEWS:
        show(visitor, view)

        expect(visitor.get_by_role("main")).to_have_count(1)
        expect(visitor.get_by_role("main").get_by_role("heading", level=2).first).to_be_visible()
