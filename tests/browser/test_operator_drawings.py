"""The operator's page on a real service: a drawing is found, looked at, relabelled and hidden by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from collector.moderation.moderation import read_moderation
from collector.storage.folder_store import FolderStore
from tests.collector.stored import contributor_of, put_drawing
from tests.running import RunningService, running_service

pytestmark = pytest.mark.browser

SECRET = "an-operator-of-tests"
HOSTILE = "<img src=x onerror=document.title='hit'>"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "var" / "store")


@pytest.fixture
def service(tmp_path: Path, store: FolderStore) -> Iterator[RunningService]:
    put_drawing(store, contributor_of("training"), label=7, source=HOSTILE)
    with running_service(tmp_path / "var", env={"MIDSTROKE_OPERATOR_TOKEN": SECRET}) as running:
        yield running


def test_a_drawing_is_moderated_by_keyboard(page: Page, service: RunningService, store: FolderStore) -> None:
    page.goto(f"{service.url}/operator/drawings")
    page.get_by_label("Operator's token").fill("not-the-operators-token")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_contain_text("Not done")

    page.get_by_label("Operator's token").fill(SECRET)
    page.keyboard.press("Enter")
    chosen = page.locator("#gallery button")
    expect(chosen).to_be_focused()
    expect(page.locator("#facts")).to_contain_text(HOSTILE)
    inked = "canvas => canvas.getContext('2d').getImageData(0, 0, 500, 500).data.some(value => value > 0)"
    assert page.locator("#large").evaluate(inked)

    page.keyboard.press("p")
    page.keyboard.press("h")
    expect(chosen).to_have_accessible_name("drawing labelled 7, hidden")
    page.locator("#new-label").select_option("1")
    page.get_by_role("button", name="Relabel").click()
    expect(chosen).to_have_accessible_name("drawing labelled 1, hidden, relabelled")

    moderation = read_moderation(store)
    assert len(moderation.hidden) == 1
    assert set(moderation.labels.values()) == {1}
    assert page.title().startswith("Stored drawings")
    assert SECRET not in page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
    )
    page.reload()
    expect(page.get_by_label("Operator's token")).to_be_visible()
    expect(chosen).to_have_count(0)
