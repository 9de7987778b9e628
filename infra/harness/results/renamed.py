"""Rows that had another name in results of release 0.1.0, so that those are shown under the present names."""

from __future__ import annotations

import re

RENAMED: tuple[tuple[str, str], ...] = (  # patterns and replacements, applied in this order
    # Trials of storage and load.
    (r"^kept twice$", "stored twice"),
    (r"^kept though never sent$", "stored though never sent"),
    (r"^not taken after the disk was well again$|^sent and never taken$", "sent and not acknowledged"),
    (r"^told `busy` while", "refused with `busy` while"),
    (r"^(prediction p99 while .*, of [\d.]+ ms)$", r"\1 before"),
    (r"^(prediction p99 while) it is away,", r"\1 the store is away,"),
    (r"^(prediction p99 while it) swallows all,", r"\1 swallows requests,"),
    (r"^(prediction p99 while it) does it and drops", r"\1 stores and drops"),
    (r"^prediction p99 while what waited goes up$", "prediction p99 while the backlog is uploaded"),
    (r"^days under which the drawings are kept$", "days of the stored drawings"),
    (r"^drawings whose ink is not whole$", "drawings with ink missing"),
    (r"^(from the service's start until the page is live) again,", r"\1,"),
    (r"^(until \d+ clients that never read) are let go$", r"\1 are closed"),
    (r"^(clients that never read and) are kept$", r"\1 stay open"),
    (r"^(connections that never) speak (and stay open)$", r"\1 send \2"),
    (r"^not told 1012$", "not closed with 1012"),
    (r"^neither welcomed nor told", "neither welcomed nor closed with"),
    # Trials of hostile input.
    (r"^another answer than the protocol's$", "wrong answers"),
    (r"^another close code than the protocol's$", "wrong close codes"),
    (r"^a right message after all that$", "the answer to a correct message afterwards"),
    (
        r"^all of them once, the first time: memory beside the largest$",
        "memory of all of them the first time, beside the largest",
    ),
    (r"^packed messages", "compressed messages"),
    (r"^a body without end, in chunks$", "an endless body, in chunks"),
    (r"^origin: nothing at all", "origin: empty"),
    (r"^the origin that is named", "the allowed origin"),
    (r"^no origin, where that is not allowed$", "no origin, where one is required"),
    (r"by http in place of https$", "by http instead of https"),
    (r"^contributions with hostile texts, answered wrongly$", "wrong answers to contributions with hostile texts"),
    (r"^path tricks in addresses that were given something$", "addresses with path tricks that were served"),
    (r"^files that keep a hostile text$", "files with a hostile text"),
    (r"^views that show them as the plain text they are$", "views that show them as plain text"),
    (r"^the same figure with nothing to keep it from running$", "the same figure runs without a policy"),
    (r"^no model at all, vouched for$", "no model at all, with matching hashes"),
    (r"^weights torn, and vouched for$", "weights torn, with matching hashes"),
    (r"golden predictions that it does not make$", "wrong golden predictions"),
    (r"an index that says 1 KiB$", "an index that claims 1 KiB"),
    (r"with one byte flipped, taken$", "with one byte flipped, accepted"),
    (r"flipped, that failed otherwise than it may$", "flipped, failed with an undocumented error"),
    (r"^promoted: a sound version$", "promoted: a valid version"),
    (r"^served again after the one command$", "served again after one command"),
    # Trials of training.
    (r"^right labels that the screen doubts$", "right labels that the label filter rejects"),
    (r"half are wrong as the screen believes them", "half are wrong as the label filter accepts them"),
    (r"fall on the judging drawings$", "fall on the validation drawings"),
    (r"left a champion or a listed version that is not whole$", "left an incomplete champion or listed version"),
    (r"twice in them, or left to take in$", "twice in them, or not compacted"),
    (r"the last trainer dealt with all that was left$", "the last trainer finished everything"),
    # Benchmarks.
    (r"^the sums alone, two processes", "inference alone, two processes"),
)


def new_name(name: str) -> str:
    for pattern, replacement in RENAMED:
        name = re.sub(pattern, replacement, name)
    return name
