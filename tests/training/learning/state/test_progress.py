"""The trainer's progress as it is stored between trainings."""

from __future__ import annotations

from training.learning.state.progress import Progress, encode_progress, parse_progress


def test_progress_reads_back_and_never_goes_backwards() -> None:
    progress = Progress().after(mark=7, trained_on=5).after(mark=6, trained_on=1)

    assert progress == Progress(7, 6)
    assert parse_progress(encode_progress({"softmax": progress})) == {"softmax": progress}
