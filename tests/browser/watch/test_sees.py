"""The view of the model's input: its points or cells, live, and the ink that speaks for the leading digit."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from collector.ink.drawing import Drawing
from tests.browser.drawing import draw, open_page, wait_for_guess
from tests.running import RunningService

pytestmark = [pytest.mark.browser, pytest.mark.loads_ahead]

PICTURE = """
() => {
  const canvas = document.querySelector('#sees-picture');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let [ink, coloured] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 40) ink++;
    if (data[i + 3] > 40 && data[i] - data[i + 2] > 60) coloured++;
  }
  return { ink, coloured };
}
"""


def test_points_and_cells_are_shown_with_what_speaks_for_the_digit(
    page: Page, shared_service: RunningService, by_label: dict[int | None, Drawing]
) -> None:
    open_page(page, shared_service.url)
    page.locator("#sees > summary").click()
    expect(page.locator("#sees-words")).to_contain_text("Draw a digit")
    page.evaluate("() => scrollTo(0, 0)")

    draw(page, by_label[2])
    wait_for_guess(page)
    expect(page.locator("#sees-words")).to_contain_text("48 points")
    before = page.evaluate(PICTURE)
    page.locator("#sees-ask").click()
    expect(page.locator("#sees-said")).to_contain_text("would be less likely")
    asked = page.evaluate(PICTURE)
    page.locator("#family").select_option("cnn")

    assert before["ink"] > 100
    assert before["coloured"] == 0
    assert asked["coloured"] > 100
    expect(page.locator("#sees-words")).to_contain_text("20 × 20 cells")
    page.locator("#family").select_option("softmax")
    expect(page.locator("#sees-said")).to_contain_text("lines and bends speak for", timeout=20_000)
    assert page.evaluate(PICTURE)["coloured"] > 100
