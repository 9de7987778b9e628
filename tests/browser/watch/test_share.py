"""A drawing is shared from Watch: by a link that holds it, as files, or by the system's share sheet."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import SHEET_INK, draw, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = pytest.mark.browser

# The ink of the replayed drawing lies within the same box, to 6 px of 500.
SAME_INK = f"""
(ink) => {{
  const replayed = ({SHEET_INK.replace("#sheet", "#game-sheet").strip()})();
  return ink.every((px, i) => Math.abs(px - replayed[i]) <= 6);
}}
"""
NO_CLIPBOARD = """
Object.defineProperty(navigator, 'clipboard', { value: undefined });
document.execCommand = () => false;
"""
SHARE_SHEET = "navigator.share = async (given) => { window.given = given; };"


def drawn(page: Page, service: RunningService, drawing: Drawing) -> None:
    open_page(page, service.url)
    draw(page, drawing)
    wait_for_guess(page)


def open_panel(page: Page) -> None:
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("dialog", name="Share this drawing")).to_be_visible()


def status_of(page: Page) -> str:
    words = page.locator("#share-panel").get_by_role("status")
    expect(words).not_to_be_empty()
    return words.inner_text()


def test_a_copied_link_replays_the_drawing_in_another_browser(
    browser: Browser, page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drawn(page, shared_service, by_label[3])
    ink = page.evaluate(SHEET_INK)

    open_panel(page)
    page.get_by_role("button", name="Copy link").click()
    words = status_of(page)
    link = page.evaluate("() => navigator.clipboard.readText()")

    assert words == "Link copied."
    context = browser.new_context(viewport={"width": 1280, "height": 800}, service_workers="block")
    opened = context.new_page()
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.post_data}"))
    opened.goto(link)
    expect(opened.locator("#game-task")).to_have_text("Somebody drew this")
    expect(opened.locator("#game-read")).to_contain_text("reads as 3", timeout=20_000)
    opened.wait_for_function(SAME_INK, arg=ink)  # it is replayed at its own pace
    context.close()
    code = link.partition("#replay=")[2]
    assert code
    assert not [request for request in sent if code[:40] in request or request.startswith("POST")]


def test_the_panel_is_worked_by_keyboard_and_keeps_the_drawing(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    open_page(page, shared_service.url)
    share = page.get_by_role("button", name="Share", exact=True)
    expect(share).to_have_attribute("aria-disabled", "true")
    share.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    draw(page, by_label[3])
    expect(share).to_have_attribute("aria-disabled", "false")

    share.press("Enter")
    expect(page.get_by_role("button", name="Copy link")).to_be_focused()
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(share).to_be_focused()
    expect(page.locator("body")).to_have_attribute("data-inked", "")
    assert page.evaluate(SHEET_INK) != [500, 0, 500, 0]


def test_picture_and_animation_are_saved(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    drawn(page, shared_service, by_label[3])
    open_panel(page)

    with page.expect_download() as download:
        page.get_by_role("button", name="Save as picture").click()
    picture = Image.open(io.BytesIO(download.value.path().read_bytes()))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as animation").click()
    animation = Image.open(io.BytesIO(download.value.path().read_bytes()))

    assert picture.size == (600, 664)
    assert getattr(animation, "n_frames", 1) >= 20
    assert status_of(page) == "midstroke-animated.png is in your downloads."


def test_without_a_clipboard_the_link_is_selected(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    page.add_init_script(NO_CLIPBOARD)
    drawn(page, shared_service, by_label[3])
    open_panel(page)

    page.get_by_role("button", name="Copy link").press("Enter")

    assert status_of(page).startswith("This browser does not let the page copy.")
    expect(page.locator("#share-link")).to_be_focused()
    assert page.evaluate("() => getSelection().toString()").startswith(shared_service.url)


def test_the_link_goes_to_the_system_share_sheet(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    page.add_init_script(SHARE_SHEET)
    drawn(page, shared_service, by_label[3])
    open_panel(page)

    page.get_by_role("button", name="Send with an app").click()

    assert status_of(page) == "Shared."
    assert page.evaluate("() => window.given.url") == page.locator("#share-link").input_value()
