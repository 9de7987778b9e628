from __future__ import annotations

from multiprocessing import get_context

from service.metrics.block import MAX_MODELS, OTHER, ROW_NO_INK, Block
from service.metrics.metrics import Metrics
from service.metrics.shared import share_memory


def names_of(block: Block) -> list[str]:
    return [name for name, _ in block.model_rows()]


def test_a_code_that_is_not_known_is_counted_as_other() -> None:
    metrics = Metrics()

    for code in range(5000, 5100):
        metrics.closed(code)

    assert metrics.blocks[0].value("refusals", "close", OTHER) == 100


def test_a_status_that_is_not_known_is_counted_as_other() -> None:
    metrics = Metrics()

    metrics.responded(418)

    assert metrics.blocks[0].value("responses", OTHER) == 1
    assert metrics.blocks[0].value("refusals", "http", OTHER) == 1


def test_models_beyond_the_table_share_one_row() -> None:
    metrics = Metrics()

    for number in range(MAX_MODELS + 20):
        metrics.of_model(f"family-{number}").refused()

    names = names_of(metrics.blocks[0])
    assert len(names) == MAX_MODELS + 1
    assert names[-1] == OTHER


def test_a_name_that_is_too_long_is_counted_as_other() -> None:
    metrics = Metrics()

    metrics.of_model("x" * 200).without_ink()

    assert names_of(metrics.blocks[0]) == [OTHER]


def test_a_forked_worker_counts_where_the_others_read() -> None:
    memory = share_memory(2)

    def work() -> None:
        metrics = Metrics(memory, 1)
        metrics.socket_opened()
        metrics.of_model("path").without_ink()

    worker = get_context("fork").Process(target=work)
    worker.start()
    worker.join(20)

    ours = Metrics(memory, 0)
    name, row = next(ours.blocks[1].model_rows())
    assert worker.exitcode == 0
    assert ours.blocks[1].value("sockets_opened") == 1
    assert ours.blocks[1].value("pid") == worker.pid
    assert name == "digits/path"
    assert ours.blocks[1].words[row + ROW_NO_INK] == 1
    assert names_of(ours.blocks[0]) == []
