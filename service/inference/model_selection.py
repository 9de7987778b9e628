"""Selects which of the served models answer a snapshot. No inference here."""

from __future__ import annotations

from service.inference.inputs import FEEDS
from service.inference.predictor import Predictor
from service.inference.served import Served
from service.wire.messages import Snapshot
from service.wire.protocol import ProtocolError


def select_predictors(served: Served, families: tuple[str, ...], snapshot: Snapshot) -> list[Predictor]:
    """Selects who answers: those of `families` that the snapshot can feed or, without `families`, the best.

    Raises:
        ProtocolError: `no_model` if no served model can answer, `bad_snapshot` if none of `families` can.
    """
    fed = FEEDS[snapshot.slot]
    if not families:
        best = served.best_for(fed)
        if best is None:
            raise ProtocolError(
                "no_model", f"no served model takes {snapshot.slot} snapshots", snapshot.drawing, snapshot.seq
            )
        return [best]
    asked = [served.predictors[family] for family in families if family in served.predictors]
    selected = [predictor for predictor in asked if predictor.encoding in fed]
    if not selected:
        takes = ", ".join(f"{predictor.family} takes {predictor.encoding}" for predictor in asked)
        message = f"none of the requested families takes {snapshot.slot} snapshots: {takes}"
        raise ProtocolError("bad_snapshot", message, snapshot.drawing, snapshot.seq)
    return selected
