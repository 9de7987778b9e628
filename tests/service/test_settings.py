"""Every number among the settings has bounds; one that is out of them is refused by the name of its variable."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from collector.settings import describe_bad_setting
from service.settings import Settings
from training.settings import TrainingSettings

NUMBERS = [
    (settings, name)
    for settings in (Settings, TrainingSettings)
    for name, field in settings.model_fields.items()
    if field.annotation in (int, float)
]


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "-1", "1e300", "9" * 400, "", "many"])
@pytest.mark.parametrize(("settings", "name"), NUMBERS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_number_out_of_bounds_is_refused_by_its_variable(
    settings: type[Settings] | type[TrainingSettings], name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MIDSTROKE_{name.upper()}", value)

    with pytest.raises(ValidationError) as caught:
        settings()

    message = describe_bad_setting(caught.value)
    assert message.startswith(f"MIDSTROKE_{name.upper()} is ")
    assert "\n" not in message


def test_the_service_does_not_start_with_a_pace_that_is_no_number() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "service", "serve"],
        env={"MIDSTROKE_FRAMES_PER_SECOND": "inf", "MIDSTROKE_PORT": "0", "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert refused.returncode != 0
    assert refused.stderr.count("\n") == 1
    assert "MIDSTROKE_FRAMES_PER_SECOND is 'inf'" in refused.stderr
