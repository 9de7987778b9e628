"""Contribute rewards: a summary of the visit's ten digits, and what a training has learned from them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from collector.contribution.contributor import contributor_id, read_key_file, use_of
from collector.contribution.layout import TRAINER_STATUS
from collector.ink.drawing import Drawing
from collector.storage.folder_store import FolderStore
from infra.harness.champions import shipped_artifact
from service.paths import key_file
from tests.browser.drawing import answered, begin, draw_asked, hand_in, open_page, wait_for_guess
from tests.running import RunningService
from training.models.registry import Registry
from training.models.status import TrainerStatus

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def a_contributor_for_training(service: RunningService) -> str:
    key = read_key_file(key_file(service.var))
    tokens = (f"{number:032d}" for number in range(100))
    return next(token for token in tokens if use_of(contributor_id(key, token)) == "training")


def test_ten_digits_are_summed_up_and_a_training_says_what_it_learned(
    page: Page, service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    sent: list[dict[str, object]] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str):
            sent.append(json.loads(frame))

    page.on("websocket", lambda socket: socket.on("framesent", note))
    open_page(page, service.url, a_contributor_for_training(service))
    begin(page, service.url)
    for _ in range(10):
        expect(page.locator("#session")).to_be_hidden()
        draw_asked(page, by_label)
        wait_for_guess(page)
        hand_in(page)
    expect(answered(page)).to_have_count(10, timeout=20_000)

    pictures = page.locator("#session li")
    expect(pictures).to_have_count(10)
    expect(pictures.first).to_contain_text(re.compile(r"known at \d+.%|not recognised"))
    given = [message for message in sent if message["type"] == "contribution"]
    assert all(0 < float(str(message["prompt_probability"])) <= 1 for message in given)

    store = FolderStore(service.var / "store")
    store.put(TRAINER_STATUS, TrainerStatus("training", 10, 10, family="path").to_json())
    expect(page.locator("#trainer")).to_contain_text("learning", timeout=20_000)
    artifact = shipped_artifact("path")
    version = f"2030{artifact.card.version[4:]}"
    Registry(store).publish(replace(artifact, card=replace(artifact.card, version=version)), {})
    Registry(store).promote("path", version, "a test")

    expect(page.locator("#session .taught")).to_contain_text("10 of your drawings", timeout=30_000)
    asked = page.locator("#session .hardest button")
    digit = re.sub(r"\D", "", asked.inner_text())
    asked.click()
    expect(page.locator("#asked-digit")).to_have_text(digit)
