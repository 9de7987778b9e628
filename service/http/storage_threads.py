"""Runs work on the disk or the store in a thread, at the expense of the request, and answers its failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from service.http.errors import HttpError
from service.intake.storage_pool import StoragePool
from service.network.limits.metered import Timed, spend_for_request

Outcome = TypeVar("Outcome")


class StorageThreads:
    """The threads of one group of calls; `error_of` gives the answer to a failure, None where it is a fault of ours."""

    def __init__(self, pool: StoragePool, error_of: Callable[[Exception], HttpError | None]) -> None:
        self._pool = pool
        self._error_of = error_of

    async def run(self, work: Callable[[], Outcome]) -> Outcome:
        """Returns the result of `work`.

        Raises:
            HttpError: the answer to what `work` raised.
            StorageBusy: too many others wait.
        """
        timed = Timed(work)
        try:
            return await self._pool.run(timed)
        except Exception as error:
            answer = self._error_of(error)
            if answer is None:
                raise
            raise answer from error
        finally:
            spend_for_request(timed.seconds)
