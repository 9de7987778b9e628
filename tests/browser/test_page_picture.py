"""The script that takes the README's picture."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from infra.page_picture import STAGES, VIEW, main
from tests.chromium import chromium_path


@pytest.mark.browser
@pytest.mark.skipif(chromium_path() is None and not os.environ.get("CI"), reason="no Chromium or Chrome is installed")
def test_the_page_is_taken_at_every_stage(tmp_path: Path) -> None:
    target = tmp_path / "page.png"

    main(target)

    with Image.open(target) as picture:
        assert picture.size == (len(STAGES) * VIEW["width"], VIEW["height"])
        assert len(picture.convert("RGB").getcolors(64) or []) > 10  # more than an empty page has
