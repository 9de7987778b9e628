"""Calls to a slow disk wait in threads of their own, and no more than so many."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from collector.spool.spool import Spool
from service.intake.intake import Intake
from service.intake.storage_pool import StorageBusy, StoragePool
from service.wire.schemas import Refused
from tests.service.fakes import contribution_record

KEY = bytes(32)


def test_a_full_queue_refuses_and_takes_again_when_calls_end() -> None:
    async def fill() -> None:
        pool, gate = StoragePool(threads=1, waiting_max=2), threading.Event()
        waiting = [asyncio.create_task(pool.run(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(StorageBusy):
            await pool.run(lambda: None)
        gate.set()
        await asyncio.gather(*waiting)
        await asyncio.sleep(0)
        assert await pool.run(lambda: 7) == 7

    asyncio.run(fill())


def test_a_caller_that_gives_up_does_not_make_room_before_its_call_ends() -> None:
    async def give_up() -> None:
        pool, gate = StoragePool(threads=1, waiting_max=1), threading.Event()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await pool.run(gate.wait)
        with pytest.raises(StorageBusy):
            await pool.run(lambda: None)
        gate.set()

    asyncio.run(give_up())


def test_beside_a_stuck_disk_contributions_are_busy_and_counts_are_the_last_known(tmp_path: Path) -> None:
    async def contribute() -> None:
        pool, gate = StoragePool(threads=1, waiting_max=1), threading.Event()
        spool = Spool(tmp_path / "spool.sqlite")
        intake = Intake(spool, KEY, pool=pool)
        await intake.take(contribution_record())
        await asyncio.sleep(0)
        stuck = asyncio.create_task(pool.run(gate.wait))
        await asyncio.sleep(0)

        counts = await intake.show_counts()
        reply = await intake.take(contribution_record())

        assert counts.total == 1
        assert isinstance(reply, Refused)
        assert (reply.code, reply.retry) == ("busy", True)
        gate.set()
        await stuck
        spool.close()

    asyncio.run(contribute())
