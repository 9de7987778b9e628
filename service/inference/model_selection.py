"""Which of the served models answer a snapshot. No predicting in here."""

from __future__ import annotations

from service.inference.inputs import FEEDS
from service.inference.live_models import Served
from service.inference.predictor import Predictor
from service.wire.messages import Snapshot
from service.wire.protocol import ProtocolError


def choose_predictors(served: Served, families: tuple[str, ...], snapshot: Snapshot) -> list[Predictor]:
    """Who answers: of the families asked for those that the snapshot feeds, or the best that it feeds.

    Raises:
        ProtocolError: `no_model` when nothing that is served can answer, `bad_snapshot` when nothing asked for can.
    """
    fed = FEEDS[snapshot.slot]
    if not families:
        best = served.best_for(fed)
        if best is None:
            raise ProtocolError(
                "no_model", f"no model that {snapshot.slot} feeds is served", snapshot.drawing, snapshot.seq
            )
        return [best]
    asked = [served.predictors[family] for family in families if family in served.predictors]
    chosen = [predictor for predictor in asked if predictor.encoding in fed]
    if not chosen:
        wanted = ", ".join(f"{predictor.family} takes {predictor.encoding}" for predictor in asked)
        message = f"{snapshot.slot} feeds none of the families asked for: {wanted}"
        raise ProtocolError("bad_snapshot", message, snapshot.drawing, snapshot.seq)
    return chosen
