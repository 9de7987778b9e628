"""Symbol sets: their limits, the texts that they accept, and their changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collector.symbols.definition import from_record, parse_json, parse_toml, to_json, to_record
from collector.symbols.symbol_set import (
    DIGITS,
    BadSymbols,
    SymbolClass,
    SymbolSet,
    UnknownClass,
    add_class,
    redefine,
    rename,
    retire,
)

TOML = """
id = "shapes"
name = "Shapes"

[[classes]]
id = "circle"
name = "Circle"
prompt = "a circle, in one stroke"

[[classes]]
id = "sharp"
name = "♯"
example = { width = 100, height = 100, strokes = [[[10, 10], [90, 90]], [[90, 10, 0], [10, 90, 20]]] }
"""


def shapes(count: int = 3) -> SymbolSet:
    classes = [{"id": f"c{number}", "name": f"Class {number}"} for number in range(count)]
    return from_record({"id": "shapes", "name": "Shapes", "classes": classes})


def test_a_set_is_read_from_toml() -> None:
    symbols = parse_toml(TOML.encode())

    assert (symbols.id, symbols.name) == ("shapes", "Shapes")
    assert [(each.id, each.name, each.asked_as) for each in symbols.classes] == [
        ("circle", "Circle", "a circle, in one stroke"),
        ("sharp", "♯", "♯"),
    ]
    example = symbols.classes[1].example
    assert example is not None
    assert len(example.strokes) == 2


def test_its_json_is_stable_and_reads_back_equal() -> None:
    symbols = retire(add_class(parse_toml(TOML.encode()), SymbolClass("dot", "Dot")), "circle")

    text = to_json(symbols)

    assert parse_json(text) == symbols
    assert to_json(parse_json(text)) == text
    assert to_record(symbols)["format"] == 1


def test_digits_have_their_numbers_as_ids() -> None:
    assert DIGITS.is_digits
    assert [each.id for each in DIGITS.classes] == list("0123456789")
    assert DIGITS.shown == tuple(range(10))


@pytest.mark.parametrize("count", [1, 201])
def test_a_set_has_2_to_200_classes(count: int) -> None:
    with pytest.raises(BadSymbols, match=f"{count} classes, expected 2 to 200"):
        shapes(count)


@pytest.mark.parametrize("count", [2, 200])
def test_the_limits_themselves_are_taken(count: int) -> None:
    assert len(shapes(count).shown) == count


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " circle",
        "a\nb",
        "a\x00b",
        "a\u202eb",
        "a\u2066b",
        "a\u200fb",
        "a\u200bb",
        "\u200d",
        "\u3164",
        "a\u2028b",
        "\ufeffa",
        "\ue000",
        "a" * 61,
        "e" + "\u0301" * 9,
        "\ud800",
        7,
        None,
        ["a"],
        {"a": 1},
    ],
)
def test_a_name_that_is_no_line_of_visible_text_is_refused(name: object) -> None:
    with pytest.raises(BadSymbols):
        from_record({"id": "s", "name": "S", "classes": [{"id": "a", "name": name}, {"id": "b", "name": "b"}]})
    with pytest.raises(BadSymbols):
        from_record({"id": "s", "name": name, "classes": [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}]})


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "../../etc", "ℵ₀", "👩\u200d🚀", "نقطة", "$\\alpha$", "a" * 60]
)
def test_any_visible_text_is_a_name(name: str) -> None:
    symbols = from_record({"id": "s", "name": name, "classes": [{"id": "a", "name": name}, {"id": "b", "name": "b"}]})

    assert parse_json(to_json(symbols)).classes[0].name == name


@pytest.mark.parametrize("wrong", ["", "-a", "A", "a/b", "..", "a_b", "a" * 33, "é", "a\n", "digits", 3, None])
def test_a_sets_id_fits_keys_and_addresses(wrong: object) -> None:
    with pytest.raises(BadSymbols):
        from_record({"id": wrong, "name": "S", "classes": [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}]})


def test_classes_that_nobody_could_tell_apart_are_refused() -> None:
    with pytest.raises(BadSymbols, match="same id 'a'"):
        from_record({"id": "s", "name": "S", "classes": [{"id": "a", "name": "a"}, {"id": "a", "name": "b"}]})
    with pytest.raises(BadSymbols, match="same name"):
        from_record({"id": "s", "name": "S", "classes": [{"id": "a", "name": "é"}, {"id": "b", "name": "e\u0301"}]})


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {"id": "s", "name": "S"},
        {"id": "s", "name": "S", "classes": "ab"},
        {"id": "s", "name": "S", "classes": [1, 2]},
        {"id": "s", "name": "S", "classes": [], "colour": "red"},
        {"format": 2, "id": "s", "name": "S", "classes": []},
        {"format": True, "id": "s", "name": "S", "classes": []},
    ],
)
def test_an_invalid_definition_is_refused(record: object) -> None:
    with pytest.raises(BadSymbols):
        from_record(record)


@pytest.mark.parametrize(
    "example",
    [
        1,
        {},
        {"width": 100, "height": 100, "strokes": []},
        {"width": 1, "height": 100, "strokes": [[[0, 0]]]},
        {"width": 100, "height": 100, "strokes": [[[1e9, 0]]]},
        {"width": 100, "height": 100, "strokes": [[[0, 0]] * 1025]},
    ],
)
def test_an_example_is_a_small_drawing(example: object) -> None:
    classes = [{"id": "a", "name": "a", "example": example}, {"id": "b", "name": "b"}]

    with pytest.raises(BadSymbols):
        from_record({"id": "s", "name": "S", "classes": classes})


@pytest.mark.parametrize("text", [b"\xff", b"id = ", b"[" * 100_000, b"a = 1\n" * 400_000])
def test_invalid_toml_is_refused_in_one_line(text: bytes) -> None:
    with pytest.raises(BadSymbols) as refused:
        parse_toml(text)

    assert len(str(refused.value)) < 300


def test_classes_keep_their_places_however_the_set_changes() -> None:
    symbols = shapes(4)

    symbols = rename(retire(symbols, "c1"), "Renamed", "c2")
    symbols = add_class(symbols, SymbolClass("new", "New"))

    assert [each.id for each in symbols.classes] == ["c0", "c1", "c2", "c3", "new"]
    assert symbols.classes[2].name == "Renamed"
    assert symbols.shown == (0, 2, 3, 4)
    assert add_class(symbols, SymbolClass("c1", "Back")).shown == (0, 1, 2, 3, 4)


def test_a_new_definition_keeps_the_places_and_retires_what_it_leaves_out() -> None:
    before = shapes(3)
    after = replace(before, classes=(SymbolClass("x", "X"), SymbolClass("c2", "Two"), SymbolClass("c0", "Zero")))

    symbols = redefine(before, after)

    assert [(each.id, each.name, each.is_retired) for each in symbols.classes] == [
        ("c0", "Zero", False),
        ("c1", "Class 1", True),
        ("c2", "Two", False),
        ("x", "X", False),
    ]
    with pytest.raises(BadSymbols):
        redefine(before, replace(before, id="other"))


def test_a_change_that_breaks_the_set_is_refused() -> None:
    with pytest.raises(BadSymbols, match="1 classes"):
        retire(shapes(2), "c0")
    with pytest.raises(UnknownClass):
        retire(shapes(2), "c9")
    with pytest.raises(BadSymbols, match="already"):
        add_class(shapes(2), SymbolClass("c0", "Other"))
    with pytest.raises(BadSymbols, match="same name"):
        rename(shapes(2), "Class 1", "c0")
