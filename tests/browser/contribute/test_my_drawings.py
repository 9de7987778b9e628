"""Visitors see, download and delete their stored drawings on the page."""

from __future__ import annotations

import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from collector.contribution.consent import CONSENT_TEXT, CONSENT_VERSION, LICENCE
from collector.contribution.layout import drawing_key, tombstone_key
from collector.ink.drawing import Drawing
from collector.storage.folder_store import FolderStore
from tests.browser.drawing import begin, draw, hand_in, open_page
from tests.running import RunningService, running_service, start_service, wait_until_ready

pytestmark = pytest.mark.browser

WAIT_SECONDS = 30.0  # a bound for a busy machine, not a promise


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=WAIT_SECONDS * 1000)
    yield
    expect.set_options(timeout=5000)  # Playwright's own


def give(page: Page, by_label: dict[int | None, Drawing], count: int = 1) -> None:
    before = page.locator("#recent li").count()
    for number in range(before + 1, before + count + 1):
        draw(page, by_label[int(page.locator("#asked-digit").inner_text())])
        hand_in(page)
        expect(page.locator("#recent li:is([data-status=training], [data-status=validation])")).to_have_count(number)


def items(page: Page) -> Locator:
    return page.locator("#my-drawings-list > li")


def button(place: Locator, name: str) -> Locator:
    return place.get_by_role("button", name=re.compile(f"^{name}"))


def wait_until_stored(store: FolderStore, key: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while key not in list(store.keys(key)):
        assert time.monotonic() < deadline, f"no {key}"
        time.sleep(0.05)


def wait_until_gone(store: FolderStore, drawing: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (left := [key for key in list(store.keys()) if drawing in key]) != [tombstone_key(drawing)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def test_a_drawing_is_sent_seen_downloaded_and_deleted(
    page: Page, service: RunningService, tmp_path: Path, by_label: dict[int | None, Drawing]
) -> None:
    store = FolderStore(service.var / "store")
    begin(page, service.url)
    give(page, by_label)
    expect(page.locator("#recent-words")).to_contain_text("kept")

    page.locator("#see-drawings").click()
    item = items(page).first
    drawing, label = item.get_attribute("data-id") or "", item.get_attribute("data-label")
    wait_until_stored(store, drawing_key(drawing))
    stored = json.loads(store.get(drawing_key(drawing)))
    facts = item.locator("dl")
    for words in ("an 8" if label == "8" else f"a {label}", LICENCE, CONSENT_VERSION, drawing, "a mouse"):
        expect(facts).to_contain_text(words)
    expect(item.locator(".samples img")).to_have_count(len(stored["samples"]))
    assert item.locator(".samples img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 500
    item.locator("summary").click()
    expect(item.locator("details")).to_contain_text(CONSENT_TEXT)

    with page.expect_download() as downloading:
        button(item, "Download").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("drawing.json")) == stored
        assert len([name for name in archive.namelist() if name.endswith(".png")]) == len(stored["samples"])

    button(item, "Delete").click()
    button(item.locator(".confirmation"), "Delete").click()
    expect(item).to_have_attribute("data-status", "deleted")
    expect(page.locator("#my-drawings-words")).to_have_text(
        "No drawing from this browser is stored any more. 1 deleted."
    )
    expect(page.locator("#my-drawings-words")).to_be_focused()
    wait_until_gone(store, drawing)
    page.locator("#mode-contribute").click()
    expect(page.locator("#recent li")).to_have_count(0)
    expect(page.locator("#counts")).to_have_text("0 of 0 stored drawings are yours.")


def test_all_are_deleted_after_one_confirmation(
    page: Page, service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    store = FolderStore(service.var / "store")
    begin(page, service.url)
    give(page, by_label, 3)
    page.reload()
    page.locator("#mode-my-drawings").click()
    expect(items(page)).to_have_count(3)
    drawings = [item.get_attribute("data-id") or "" for item in items(page).all()]

    page.locator("#delete-all").click()
    button(page.locator("#my-drawings-all"), "Keep").click()
    expect(page.locator("#my-drawings-words")).to_have_text("3 drawings from this browser are stored.")
    page.locator("#delete-all").click()
    button(page.locator("#my-drawings-all .confirmation"), "Delete").click()

    expect(page.locator("#my-drawings-words")).to_have_text(
        "No drawing from this browser is stored any more. 3 deleted."
    )
    for drawing in drawings:
        wait_until_gone(store, drawing)
    page.reload()
    expect(page.locator("#my-drawings-words")).to_have_text("No drawing from this browser is stored.")
    expect(items(page)).to_have_count(0)


def test_the_keyboard_alone_is_enough_and_escape_keeps(
    page: Page, service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    begin(page, service.url)
    give(page, by_label)
    page.locator("#mode-my-drawings").focus()
    page.keyboard.press("Enter")
    item = items(page).first

    button(item, "Delete").focus()
    page.keyboard.press("Enter")
    expect(button(item, "Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button(item, "Delete")).to_be_focused()
    expect(item).to_have_attribute("data-status", "kept")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    expect(item).to_have_attribute("data-status", "deleted")


def test_an_unanswered_deletion_is_completed_when_the_service_is_back(
    page: Page, tmp_path: Path, by_label: dict[int | None, Drawing]
) -> None:
    store = FolderStore(tmp_path / "var" / "store")
    first = start_service(tmp_path / "var")
    wait_until_ready(first)
    begin(page, first.url)
    give(page, by_label)
    page.locator("#mode-my-drawings").click()
    item = items(page).first
    drawing = item.get_attribute("data-id") or ""
    wait_until_stored(store, drawing_key(drawing))
    first.kill()

    button(item, "Delete").click()
    button(item.locator(".confirmation"), "Delete").click()
    expect(page.locator("#my-drawings-words")).to_contain_text("does not answer; 1 will be deleted as soon as it does")

    with running_service(tmp_path / "var", first.port):
        expect(item).to_have_attribute("data-status", "deleted")
        wait_until_gone(store, drawing)


def test_a_drawing_that_the_service_does_not_know_is_marked(
    page: Page, tmp_path: Path, by_label: dict[int | None, Drawing]
) -> None:
    first = start_service(tmp_path / "var")
    wait_until_ready(first)
    begin(page, first.url)
    give(page, by_label)
    page.locator("#mode-my-drawings").click()
    item = items(page).first
    first.kill()

    with running_service(tmp_path / "another", first.port):
        button(item, "Details").click()
        expect(item.locator(".news")).to_contain_text("no such contribution")
        button(item, "Delete").click()
        button(item.locator(".confirmation"), "Delete").click()
        expect(item).to_have_attribute("data-status", "unknown")
        button(item, "Forget").click()

    expect(items(page)).to_have_count(0)


@pytest.mark.parametrize("width", [320, 360, 768])
def test_the_list_and_the_header_fit_a_phone(
    page: Page, service: RunningService, by_label: dict[int | None, Drawing], width: int
) -> None:
    begin(page, service.url)
    give(page, by_label, 2)
    page.set_viewport_size({"width": width, "height": 640})
    page.locator("#see-drawings").click()
    expect(items(page).first.locator("dl")).to_be_visible()
    page.locator("#delete-all").click()

    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    name, tab = page.locator("h1").bounding_box(), page.locator("#mode-watch").bounding_box()
    assert name is not None
    assert tab is not None
    assert name["x"] + name["width"] <= tab["x"]


def test_a_visitor_without_drawings_sees_no_list(page: Page, service: RunningService) -> None:
    open_page(page, service.url)

    expect(page.locator("#mode-my-drawings")).to_be_hidden()
    page.goto(f"{service.url}/#my-drawings")
    expect(page.locator("#my-drawings-words")).to_have_text("No drawing from this browser is stored.")
    expect(page.locator("#delete-all")).to_be_hidden()
