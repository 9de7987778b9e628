"""Measures the service beside what it is compared with: every figure of `docs/performance.md`, or some by name.

python -m infra.bench [NAME ...] [--quick] [--peers PYTHON] [--drawings FILE ...] [--out var/bench.json]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from infra.bench.catalogue import BENCHMARKS, Benchmark, NoSuchBenchmark, benchmarks_named
from infra.bench.document import write_page
from infra.bench.kept import BadKept, Kept, read_kept, write_kept
from infra.bench.result import Setting
from infra.bench.tables import terminal_table
from infra.harness.machine import describe_machine

OUT = Path("var/bench.json")
DOCS = Path("docs/performance.md")


def main(arguments: list[str] | None = None) -> int:
    """Runs what is asked for, one after another; 1 when one could not be measured."""
    asked = _parse(arguments)
    try:
        benchmarks = benchmarks_named(asked.names)
        kept = read_kept(asked.out)
    except (NoSuchBenchmark, BadKept) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(describe_machine(), flush=True)
    failed = [benchmark.name for benchmark in benchmarks if not _run(benchmark, asked, kept)]
    if not asked.quick:
        write_page(asked.docs, BENCHMARKS, kept)
    if failed:
        print(f"bench: not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.bench", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(b.name for b in BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="see that it runs; the figures mean nothing")
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="the Python that has gradio")
    parser.add_argument("--drawings", type=Path, nargs="+", default=[], metavar="FILE", help="NDJSON of real drawings")
    parser.add_argument("--out", type=Path, default=OUT, help="where results are kept (%(default)s)")
    parser.add_argument("--docs", type=Path, default=DOCS, help="the page made from them (%(default)s)")
    return parser.parse_args(arguments)


def _run(benchmark: Benchmark, asked: argparse.Namespace, kept: dict[str, Kept]) -> bool:
    print(f"\n{benchmark.title} ({benchmark.name})", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="midstroke-bench-") as scratch:
        setting = Setting(Path(scratch), asked.quick, asked.peers, tuple(asked.drawings))
        try:
            result = benchmark.measure(setting)
        # The edge: whatever one benchmark meets, the others are still measured.
        except Exception as error:
            print(f"bench: {benchmark.name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            return False
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    kept[benchmark.name] = Kept(result, describe_machine(), at, round(time.monotonic() - began, 1), asked.quick)
    write_kept(asked.out, kept)
    print(terminal_table(result.rows), flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
