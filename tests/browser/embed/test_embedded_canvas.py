"""<midstroke-canvas> on a page of another origin: it reads, edits, and contributes after consent."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from infra.harness.clients.client import call
from tests.browser.embed.embedding import SEVEN, Elsewhere, heard, open_there, wait_until
from tests.running import RunningService

pytestmark = pytest.mark.browser


def test_two_canvases_are_drawn_on_and_read_apart(embedded: RunningService, elsewhere: Elsewhere, page: Page) -> None:
    open_there(page, elsewhere)
    box = page.locator("#one").bounding_box()
    assert box is not None
    scale = box["width"] / 500
    points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y, _ in SEVEN[0]]

    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()

    guess = page.locator("#one").locator("[part=guess]")
    expect(guess).to_have_text("7")
    assert guess.evaluate("shown => getComputedStyle(shown).color") == "rgb(1, 2, 3)"
    assert page.evaluate("new FormData(document.querySelector('#form')).get('digit')") == "7"
    assert heard(page, "guess", "one")[-1]["label"] == "7"
    assert [one["phase"] for one in heard(page, "connection", "one")] == ["connecting", "open"]
    assert heard(page, "guess", "two") == []
    assert page.evaluate("document.querySelector('#two').strokes.length") == 0


def test_methods_load_undo_and_clear(embedded: RunningService, elsewhere: Elsewhere, page: Page) -> None:
    open_there(page, elsewhere)

    page.evaluate("strokes => document.querySelector('#one').load(strokes)", SEVEN)
    wait_until(page, "document.querySelector('#one').value === '7'")
    page.evaluate("document.querySelector('#one').clear()")

    assert page.evaluate("[document.querySelector('#one').strokes.length, document.querySelector('#one').value]") == [
        0,
        "",
    ]


def test_strokes_of_a_loaded_drawing_are_taken_back_and_drawn_again(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)

    counts = page.evaluate(
        """strokes => {
          const canvas = document.querySelector('#one');
          canvas.load([...strokes, [[10, 10, 900], [60, 60, 990]]]);
          return ['undo', 'redo', 'undo', 'undo', 'undo', 'redo'].map((step) => {
            canvas[step]();
            return canvas.strokes.length;
          });
        }""",
        SEVEN,
    )

    assert counts == [1, 2, 1, 0, 0, 1]


def test_it_is_drawn_on_by_keyboard_unless_it_is_disabled(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.keyboard.press("Tab")

    page.keyboard.press(" ")
    for _ in range(5):
        page.keyboard.press("ArrowRight")

    assert page.locator("#one").locator("[part=key-pen]").is_visible()
    strokes = page.evaluate("document.querySelector('#one').strokes")
    assert [[x, y] for x, y, _ in strokes[0]] == [[250 + 12 * step, 250] for step in range(6)]
    page.evaluate("document.querySelector('#one').setAttribute('disabled', '')")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('#one').strokes.length") == 1
    assert not page.locator("#one").locator("[part=key-pen]").is_visible()


def test_only_a_canvas_that_asks_contributes_and_only_after_consent(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    for name in ("one", "two"):
        page.evaluate("([name, strokes]) => document.querySelector(name).load(strokes)", [f"#{name}", SEVEN])
    wait_until(page, "document.querySelector('#two').value === '7'")
    with pytest.raises(Exception, match="no attribute `contribute`"):
        page.evaluate("document.querySelector('#one').contribute(7)")

    page.evaluate("void (window.refused = document.querySelector('#two').contribute(7))")
    page.locator("#two").locator("[part=decline]").click()
    assert page.evaluate("window.refused") is None
    assert total(embedded) == 0

    page.evaluate("void (window.given = document.querySelector('#two').contribute(7))")
    expect(page.locator("#two").locator("[part=consent]")).to_contain_text("CC BY 4.0")
    page.locator("#two").locator("[part=agree]").click()
    given = page.evaluate("window.given")

    assert len(given["receipt"]) == 64
    assert total(embedded) == 1
    assert heard(page, "contributed", "two")[0]["label"] == 7
    page.evaluate("document.querySelector('#two').contribute(7)")  # asks no second time
    assert total(embedded) == 2


def total(service: RunningService) -> int:
    _, _, body = call(service, "GET", "/model")
    count: int = json.loads(body)["contributions"]["total"]
    return count


def test_a_set_that_does_not_exist_gives_no_guesses_until_another_is_wanted(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate("document.documentElement.lang = 'EN-US'")  # its hello is of the form that the service expects

    page.evaluate("document.querySelector('#one').setAttribute('family', 'softmax')")
    page.evaluate("document.querySelector('#one').setAttribute('set', 'nonesuch')")
    page.evaluate("strokes => document.querySelector('#one').load(strokes)", SEVEN)
    wait_until(page, "window.heard.some(([type, id]) => type === 'refused' && id === 'one')")
    page.wait_for_timeout(200)
    assert [each["code"] for each in heard(page, "refused", "one")] == ["unknown_set"]
    assert page.evaluate("document.querySelector('#one').guess") is None

    page.evaluate("document.querySelector('#one').setAttribute('set', 'digits')")
    wait_until(page, "document.querySelector('#one').value === '7'")
    assert {each["family"] for each in heard(page, "guess", "one")} == {"softmax"}


def test_a_disabled_fieldset_takes_no_ink_and_a_border_shifts_none(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate(
        """() => {
          const fieldset = document.createElement('fieldset');
          document.querySelector('#form').append(fieldset);
          fieldset.append(document.querySelector('#one'));
          fieldset.disabled = true;
          document.querySelector('#one').style.border = '50px solid';
        }"""
    )
    box = page.locator("#one").bounding_box()
    assert box is not None

    counts = []
    for disabled in (True, False):
        page.evaluate("disabled => { document.querySelector('fieldset').disabled = disabled }", disabled)
        page.mouse.click(box["x"] + 50 + 100, box["y"] + 50 + 100)  # the middle of the canvas
        counts.append(page.evaluate("document.querySelector('#one').strokes.length"))

    assert counts == [0, 1]
    x, y, _ = page.evaluate("document.querySelector('#one').strokes[0][0]")
    assert (x, y) == pytest.approx((250, 250), abs=2)


def test_a_canvas_with_another_service_meanwhile_contributes_nothing(
    embedded: RunningService, elsewhere: Elsewhere, page: Page
) -> None:
    open_there(page, elsewhere)
    page.evaluate("strokes => document.querySelector('#two').load(strokes)", SEVEN)
    wait_until(page, "document.querySelector('#two').value === '7'")
    before = total(embedded)

    page.evaluate("void (window.asked = [7, 7].map((label) => document.querySelector('#two').contribute(label)))")
    page.evaluate("document.querySelector('#two').setAttribute('src', 'none:')")

    assert page.evaluate("Promise.all(window.asked)") == [None, None]
    assert not page.locator("#two").locator("[part=consent]").is_visible()
    assert page.evaluate("document.querySelector('#two').value") == ""
    assert total(embedded) == before
