"""HTTP calls against their OpenAPI description: every answer is documented, and none is a 500."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.service.serving import Service

pytestmark = pytest.mark.slow  # makes hundreds of calls

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CALLS = 13  # as many as are described today: a description that lost some would pass on nothing
WITHOUT_INPUT = 7  # calls that take nothing or any text, so nothing that is wrong by their description
generated = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("mode", "calls"),
    [(GenerationMode.POSITIVE, CALLS), (GenerationMode.NEGATIVE, CALLS - WITHOUT_INPUT)],
    ids=["valid", "invalid"],
)
def test_every_answer_conforms_to_the_description(service: Service, mode: GenerationMode, calls: int) -> None:
    described = schemathesis.openapi.from_url(f"http://127.0.0.1:{service.port}/openapi.json")
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]

    tried: set[str] = set()
    for operation in operations:

        @generated
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: schemathesis.Case[Any]) -> None:
            tried.add(case.operation.label)
            case.call_and_validate(checks=CHECKS)

        with contextlib.suppress(Unsatisfiable):  # as these
            call()

    assert len(operations) >= CALLS
    assert len(tried) >= calls
