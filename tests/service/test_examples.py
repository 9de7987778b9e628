"""The programs in the documents that talk to a service run against one as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.repository import DOCUMENTS, ROOT
from tests.service.serving import Service

ADDRESS = "127.0.0.1:8000"  # programs without it are about files or receivers; tests of those run what they show

PROGRAMS = [
    (document, program)
    for document in DOCUMENTS
    for program in re.findall(r"^```python\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL)
    if ADDRESS in program
]


def test_there_are_programs_to_run() -> None:
    assert {document.relative_to(ROOT) for document, _ in PROGRAMS} >= {Path("README.md"), Path("docs/tutorial.md")}


@pytest.mark.parametrize(("document", "program"), PROGRAMS, ids=[str(path.relative_to(ROOT)) for path, _ in PROGRAMS])
def test_a_program_gets_a_prediction(
    document: Path, program: str, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = program.replace(ADDRESS, f"127.0.0.1:{service.port}")

    exec(compile(asked, document, "exec"), {})  # noqa: S102 - our own documents

    assert "1" in capsys.readouterr().out
