from __future__ import annotations

import re

import pytest

from collector.contribution.contributor import TOKEN, contributor_id
from collector.contribution.receipt import Holder, holder_of, old_receipt_for, receipt_for

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DRAWING, OTHER = "3f1c7a52-90aa-4c1e-8f52-6d0a5f3f9f10", "3f1c7a52-90aa-4c1e-8f52-6d0a5f3f9f11"
ANN, BEN = "a" * 32, "b" * 32
OF_ANN = receipt_for(KEY, DRAWING, ANN)


def test_a_receipt_is_one_contributors_for_one_drawing_and_always_the_same() -> None:
    others = {receipt_for(KEY, OTHER, ANN), receipt_for(OTHER_KEY, DRAWING, ANN), receipt_for(KEY, DRAWING, BEN)}

    assert re.fullmatch("[0-9a-f]{64}", OF_ANN)
    assert receipt_for(KEY, DRAWING, ANN) == OF_ANN
    assert holder_of(KEY, DRAWING, OF_ANN) == Holder(ANN)
    assert len({OF_ANN, *others}) == 4


@pytest.mark.parametrize(
    "given",
    [
        "",
        "0" * 64,
        "ß",
        "\udcff",
        receipt_for(KEY, OTHER, ANN),
        OF_ANN[:-1],
        OF_ANN[:32] + BEN,
        old_receipt_for(KEY, OTHER),
    ],
)
def test_anything_else_has_no_holder(given: str) -> None:
    assert holder_of(KEY, DRAWING, given) is None


def test_a_receipt_of_an_earlier_release_is_whoevers_the_drawing_is() -> None:
    holder = holder_of(KEY, DRAWING, old_receipt_for(KEY, DRAWING))

    assert holder is not None
    assert holder.owns(ANN)
    assert holder.owns(BEN)


def test_no_token_hashes_to_a_receipt() -> None:
    # Both are hashed under one key, and what becomes of a token is public.
    assert TOKEN.fullmatch(DRAWING)
    assert contributor_id(KEY, DRAWING) not in OF_ANN
    assert not any(TOKEN.fullmatch(text) for text in (f"receipt/v1:{DRAWING}", f"receipt/v2:{DRAWING}:{ANN}"))
