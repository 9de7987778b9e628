"""The models view shows baselines, served models and the reasons for the last refusal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.folder_store import FolderStore
from infra.harness.champions import shipped_artifact
from tests.browser.drawing import open_page
from tests.running import RunningService
from training.baselines.record import Record, to_json
from training.models.registry import Registry
from training.models.status import TrainerStatus, TrainingOutcome

pytestmark = pytest.mark.browser

STAGES = tuple(stage / 10 for stage in range(1, 11))
ANCESTOR = Record(
    "SVC",
    "MNIST tutorial",
    None,
    None,
    None,
    "ours, every stage",
    STAGES,
    tuple(s / 2 for s in STAGES),
    0.275,
    0.25,
    0.5,
)
STALE = Record("softmax", "Midstroke", 2026, None, None, "every stage", STAGES, STAGES, 0.01, 0.02, 0.03)


def test_served_families_are_compared_with_baselines_by_their_cards(page: Page, service: RunningService) -> None:
    metrics = shipped_artifact("softmax").card.metrics
    page.route("**/baselines", lambda route: route.fulfill(json=json.loads(to_json([ANCESTOR, STALE]))))

    open_page(page, f"{service.url}/#models")

    rows = page.locator("#comparison tbody tr:not(.source)")
    expect(rows.filter(has_text="SVC")).to_contain_text("25.0")
    expect(rows.filter(has_text="softmax")).to_have_count(1)
    expect(rows.filter(has_text="softmax")).to_contain_text(f"{100 * metrics.at_50:.1f}")
    expect(page.locator("#comparison svg polyline.now")).to_have_count(1)


def test_without_a_comparison_the_page_says_so_and_shows_the_models(page: Page, service: RunningService) -> None:
    page.route("**/baselines", lambda route: route.fulfill(status=404, json={"code": "not_found", "message": ""}))

    open_page(page, f"{service.url}/#models")

    expect(page.locator("#comparison")).to_contain_text("No comparison")
    page.locator("#more-cards > summary").click()
    expect(page.locator("article[data-family=softmax] dl")).to_be_visible()


def test_a_versions_figures_are_shown_and_link_to_themselves(page: Page, service: RunningService) -> None:
    open_page(page, f"{service.url}/#models")
    page.locator("#more-cards > summary").click()
    figures = page.locator("article[data-family=softmax] .figures a")
    expect(figures).to_have_count(4)

    figures.first.scroll_into_view_if_needed()

    for figure in figures.all():
        image = figure.locator("img")
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("image => image.naturalWidth") > 0
        assert image.get_attribute("alt")
        assert figure.get_attribute("href") == image.get_attribute("src")


def test_a_figure_opened_by_itself_is_whole(page: Page, service: RunningService) -> None:
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text))
    version = shipped_artifact("softmax").card.version

    page.goto(f"{service.url}/models/softmax/{version}/confusion.svg")

    expect(page.locator("image")).to_have_count(1)  # the heat map, which a policy without pictures would leave out
    assert blocked == []


def test_a_versions_card_is_said_to_be_a_json_file_and_saved(page: Page, service: RunningService) -> None:
    open_page(page, f"{service.url}/#models")

    with page.expect_download() as download:
        page.locator("#versions-list").get_by_role("link", name="All figures (JSON file)").first.click()

    assert re.fullmatch(r"[a-z]+-\d{8}T\d{6}Z-[0-9a-f]{6}\.json", download.value.suggested_filename)
    assert "metrics" in json.loads(download.value.path().read_text())
    assert page.url.endswith("/#models")


def test_the_last_refusal_has_its_reasons_and_links_to_its_card(page: Page, service: RunningService) -> None:
    store = FolderStore(service.var / "store")
    artifact = shipped_artifact("softmax")
    version = f"2030{artifact.card.version[4:]}"
    card = replace(artifact.card, version=version, gate={"accepted": False, "reasons": ["worse at half ink"]})
    Registry(store).publish(replace(artifact, card=card), {})
    refused = TrainerStatus("refused", 0, 20, family="softmax", version=version, reasons=("worse at half ink",))
    open_page(page, f"{service.url}/#models")

    store.put(TRAINER_STATUS, refused.to_json())

    refusal = page.locator("#outcomes > li").last
    expect(refusal).to_contain_text("worse at half ink", timeout=20_000)
    at = "2030-11-21T03:45:00.000Z"
    outcomes = (
        TrainingOutcome("published", "original", "20301121T034501Z-000000", ("no worse",), at),
        TrainingOutcome("refused", "softmax", version, ("worse at half ink",), at),
    )
    store.put(TRAINER_STATUS, TrainerStatus("waiting", 3, 20, outcomes=outcomes).to_json())
    expect(page.locator("#trainer")).to_contain_text("17 more drawings until the next training", timeout=20_000)
    page.reload()  # a later visitor reads it too
    expect(refusal).to_contain_text("worse at half ink", timeout=20_000)
    answer = page.request.get(urljoin(page.url, refusal.locator("a").get_attribute("href")))
    assert answer.json()["gate"]["accepted"] is False
    assert page.locator("#model").get_attribute("data-version") != version


def test_the_story_comes_before_tables_and_refusals_are_in_plain_words(page: Page, service: RunningService) -> None:
    artifact = shipped_artifact("softmax")
    reason = (
        "Failed: finished 7s: 91.0 % read correctly, the current version 95.5 %; a loss of up to 3.0 points is allowed."
    )
    card = replace(
        artifact.card,
        version=f"2030{artifact.card.version[4:]}",
        replaces=artifact.card.version,
        gate={"accepted": False, "reasons": [reason]},
    )
    Registry(FolderStore(service.var / "store")).publish(replace(artifact, card=card), {})
    page.set_viewport_size({"width": 390, "height": 844})

    open_page(page, f"{service.url}/#models")

    expect(page.locator("#story-words")).to_contain_text("times in 100")
    expect(page.locator("#story-chart polyline.run")).to_have_count(3)  # now, 2016 and 2013: the first model is in use
    refused = page.locator("#versions-list li[data-state=refused]")
    expect(refused).to_contain_text(re.compile(r"it read finished 7s worse: 91.0.% correct in place of 95.5.%"))
    first = page.locator("#models > details").first.bounding_box()
    assert first is not None
    assert first["y"] < 3 * 844
    expect(page.locator("#comparison table")).to_be_hidden()
    page.locator("#more-comparison > summary").click()
    expect(page.locator("#comparison table")).to_be_visible()
