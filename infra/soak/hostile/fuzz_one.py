"""Fuzzes one decoder with atheris: python -m infra.soak.hostile.fuzz_one NAME SCRATCH SECONDS SEED."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # it ships no types

LARGEST = 4096  # bytes of an input
MEMORY_MB = 1024  # beyond what the process that started this one had: the peak of before is inherited
HANGS_SECONDS = 10  # for one input

with atheris.instrument_imports(include=["service", "training", "collector"]):
    from infra.soak.hostile.decoders import DECODERS, seeds


def main() -> None:
    """Exits with 0 when the time is over, with another code at the first error that the decoder must not raise."""
    name, scratch, seconds, seed = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    corpus = scratch / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(seeds(name)):
        (corpus / f"seed{number}").write_bytes(body)
    options = {
        "max_total_time": seconds,
        "seed": seed,
        "max_len": LARGEST,
        "rss_limit_mb": MEMORY_MB + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "timeout": HANGS_SECONDS,
        "artifact_prefix": f"{scratch}/",
        "print_final_stats": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus)], DECODERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
