from __future__ import annotations

import re

import pytest

from collector.contribution.contributor import TOKEN, contributor_id
from collector.contribution.receipt import is_receipt_for, receipt_for

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DRAWING, OTHER = "3f1c7a52-90aa-4c1e-8f52-6d0a5f3f9f10", "3f1c7a52-90aa-4c1e-8f52-6d0a5f3f9f11"


def test_a_receipt_is_one_drawings_alone_and_always_the_same() -> None:
    receipt = receipt_for(KEY, DRAWING)

    assert re.fullmatch("[0-9a-f]{64}", receipt)
    assert receipt == receipt_for(KEY, DRAWING)
    assert is_receipt_for(KEY, DRAWING, receipt)
    assert len({receipt, receipt_for(KEY, OTHER), receipt_for(OTHER_KEY, DRAWING)}) == 3


@pytest.mark.parametrize(
    "given", ["", "0" * 64, "ß", "\udcff", receipt_for(KEY, OTHER), receipt_for(KEY, DRAWING)[:-1]]
)
def test_anything_else_is_none(given: str) -> None:
    assert not is_receipt_for(KEY, DRAWING, given)


def test_no_token_hashes_to_a_receipt() -> None:
    # Both are hashed under one key, and what becomes of a token is public.
    assert TOKEN.fullmatch(DRAWING)
    assert not receipt_for(KEY, DRAWING).startswith(contributor_id(KEY, DRAWING))
    assert not TOKEN.fullmatch(f"receipt/v1:{DRAWING}")
