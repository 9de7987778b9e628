"""The terms: every version stays, and each translation has a version of its own."""

from __future__ import annotations

import pytest

from collector.contribution.consent import (
    CONSENT_VERSION,
    CONSENTS,
    LANGUAGES,
    SYMBOLS_CONSENT_VERSION,
    SYMBOLS_CONSENTS,
    version_in,
)
from collector.contribution.contribution import parse_contribution
from tests.collector.contributions import contribution_record


@pytest.mark.parametrize(
    "version", ["2026-11-1", "2026-11-2", "2026-11-3", "2026-11-3/fr", "2026-11-3/de", "2026-11-3/es"]
)
def test_a_version_that_was_ever_shown_is_accepted_as_given(version: str) -> None:
    assert parse_contribution(contribution_record(consent=version)).consent == version


def test_the_current_terms_are_in_every_language_of_the_page() -> None:
    assert LANGUAGES == ("en", "fr", "de", "es")
    for version, texts in ((CONSENT_VERSION, CONSENTS), (SYMBOLS_CONSENT_VERSION, SYMBOLS_CONSENTS)):
        assert len({texts[version_in(language, version)[0]] for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("language", [None, "en", "it", ""])
def test_other_languages_get_the_english_terms(language: str | None) -> None:
    assert version_in(language) == (CONSENT_VERSION, "en")
