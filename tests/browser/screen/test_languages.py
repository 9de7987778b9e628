"""The page's language: the browser's, then the visitor's; it fits the screen, and so does one from right to left."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from collector.contribution.consent import CONSENT_VERSION, CONSENTS
from collector.ink.drawing import Point, Stroke
from tests.browser.drawing import draw_stroke, wait_for_guess
from tests.repository import ROOT
from tests.running import RunningService

pytestmark = pytest.mark.browser

STROKE = Stroke(tuple(Point(250 + y // 20, y) for y in range(100, 400, 15)))
MESSAGES = json.loads((ROOT / "frontend/messages.json").read_text())
LANGUAGES = list(MESSAGES["language.name"])
OVERFLOWING = """
() => [...document.querySelectorAll('button, select, nav a, h2')]
  .filter((one) => one.getClientRects().length && !one.matches('.unseen'))
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.matches('select'))
  .map((one) => `${one.id || one.tagName}: ${one.textContent}`)
"""


def visitor(browser: Browser, url: str, language: str, width: int = 1280) -> Page:
    """The page in a browser of this language."""
    page = browser.new_context(locale=language, viewport={"width": width, "height": 800}).new_page()
    page.goto(url)
    expect(page.locator("#bars li")).to_have_count(10)
    return page


def words(key: str, language: str) -> str:
    return str(MESSAGES[key][language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_is_in_the_browsers_language_and_fits_a_phone(
    browser: Browser, shared_service: RunningService, language: str
) -> None:
    page = visitor(browser, shared_service.url, language, width=360)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#undo")).to_have_text(words("draw.undo", language))
    draw_stroke(page, STROKE)
    wait_for_guess(page)

    for view in ("watch", "contribute", "models", "about"):
        page.evaluate("(view) => (location.hash = view)", view)
        expect(page.locator("body")).to_have_attribute("data-mode", view)
        if view == "contribute":
            terms = CONSENTS[CONSENT_VERSION + ("" if language == "en" else f"/{language}")]
            expect(page.locator("#consent-text")).to_have_text(terms)
            page.locator("#agree").click()
        if view == "about":
            expect(page.locator("#about-title")).to_have_text(words("about.title", language))
        page.wait_for_timeout(300)
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0, view
        assert page.evaluate(OVERFLOWING) == [], view
        # A key that is shown has no text.
        assert re.findall(r"\b(?:draw|guess|models|story|loop|about|state)\.[a-z-]{3,}", page.inner_text("body")) == []
    page.context.close()


def test_a_language_is_chosen_and_kept_with_the_drawing(browser: Browser, shared_service: RunningService) -> None:
    page = visitor(browser, shared_service.url, "fr-CH")
    draw_stroke(page, STROKE)
    wait_for_guess(page)

    page.locator("#language").select_option("de")

    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#undo")).to_have_text(words("draw.undo", "de"))
    expect(page.locator("body")).to_have_attribute("data-inked", "")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("html")).not_to_have_attribute("data-translating", "")
    page.context.close()


def test_a_consent_given_in_one_language_holds_in_another(browser: Browser, shared_service: RunningService) -> None:
    page = visitor(browser, f"{shared_service.url}/#contribute", "es")
    expect(page.locator("#agree")).to_be_enabled()
    page.locator("#agree").click()

    page.locator("#language").select_option("en")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#asked-digit")).to_have_text(re.compile(r"\d"))
    expect(page.locator("#consent")).to_be_hidden()
    assert page.evaluate("() => localStorage.getItem('midstroke.consent')") == f"{CONSENT_VERSION}/es"
    page.context.close()


def test_a_language_that_cannot_be_had_leaves_the_page_as_it_is(
    browser: Browser, shared_service: RunningService
) -> None:
    page = visitor(browser, shared_service.url, "en-US")
    page.route("**/messages/*.json", lambda route: route.abort())

    page.locator("#language").select_option("fr")

    expect(page.locator("#language-words")).to_have_text(words("language.unreachable", "en"))
    expect(page.locator("#language")).to_have_value("en")
    page.evaluate("() => localStorage.setItem('midstroke.language', 'fr')")
    page.reload()
    expect(page.locator("#undo")).to_be_visible()  # hidden only as long as the other language is on its way
    expect(page.locator("#undo")).to_have_text("Undo")
    page.context.close()


def test_the_choice_lasts_over_a_reload_where_nothing_can_be_stored(
    browser: Browser, shared_service: RunningService
) -> None:
    page = browser.new_context(locale="en-US").new_page()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } })")
    page.goto(shared_service.url)

    page.locator("#language").select_option("fr")

    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.context.close()


def test_the_layout_turns_with_the_direction_of_the_language(browser: Browser, shared_service: RunningService) -> None:
    page = visitor(browser, shared_service.url, "en-US", width=390)

    page.evaluate("() => (document.documentElement.dir = 'rtl')")

    title, link = page.locator("h1").bounding_box(), page.locator("#mode-watch").bounding_box()
    assert title is not None
    assert link is not None
    assert title["x"] > link["x"]
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0
    page.context.close()
