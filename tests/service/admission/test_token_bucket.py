from __future__ import annotations

from service.admission.token_bucket import TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_one_seconds_worth_of_tokens_may_be_taken_at_once() -> None:
    bucket = TokenBucket(5, Clock())

    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]


def test_tokens_are_added_evenly() -> None:
    clock = Clock()
    bucket = TokenBucket(4, clock)
    while bucket.take():
        pass

    clock.now += 0.5

    assert [bucket.take() for _ in range(3)] == [True, True, False]


def test_a_long_pause_saves_up_one_second_at_most() -> None:
    clock = Clock()
    bucket = TokenBucket(3, clock)

    clock.now += 60

    assert [bucket.take() for _ in range(4)] == [True] * 3 + [False]


def test_the_wait_for_the_next_token_is_known() -> None:
    bucket = TokenBucket(4, Clock())
    before = bucket.wait()
    while bucket.take():
        pass

    assert (before, bucket.wait()) == (0, 0.25)
