"""The dependency of every operator route: `Depends(operator_only(operator))`."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request

from service.admission.operator import Operator, OperatorRefused
from service.http.errors import HttpError
from service.http.schemas import error_responses

# Documents the errors of `operator_only`.
OPERATOR_ERRORS = error_responses(
    {
        401: "Not the operator's token",
        403: "A page of another origin sent it",
        404: "No such thing, or no operator: MIDSTROKE_OPERATOR_TOKEN is empty",
        429: "Too many calls; try again in a second",
    }
)


def operator_only(operator: Operator) -> Callable[[Request], None]:
    """Refuses every request but the operator's, before anything else of it is read."""

    def check(request: Request) -> None:
        try:
            operator.admit(request.headers)
        except OperatorRefused as refused:
            message = refused.message
            if refused.status == 404:  # as for an address that nothing answers
                message = f"{request.method} {request.url.path}: {message}"
            raise HttpError(refused.status, refused.code, message) from refused

    return check
