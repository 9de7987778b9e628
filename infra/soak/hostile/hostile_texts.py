"""Texts that do harm where they are run, followed or used as a path, and a store full of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from collector.contribution.layout import TRAINER_STATUS, model_key
from collector.storage.object_store import ObjectStore
from infra.harness.champions import champion_of
from training.models.card_json import card_to_json
from training.models.registry import Registry

MARK = "hostile7f3a"  # finds a stored text again
HTML = (
    f'{MARK}"\'><img src=x onerror="window.{MARK}=1" data-{MARK}><script>window.{MARK}=1</script>'
    f'<svg/onload="window.{MARK}=1"><iframe srcdoc="<script>top.{MARK}=1</script>"></iframe>'
)
CONTROL = f"{MARK}\0\x07\x1b[31m\r\nSet-Cookie: a=b\u202e\ufeff"
TEXTS = (HTML, CONTROL, f"javascript:window.{MARK}=1", f"{MARK}" * 2000)
PATHS = (
    f"../../{MARK}",
    f"..%2f..%2f{MARK}",
    f"..\\..\\{MARK}",
    f"/var/{MARK}",
    f"{MARK}\0.json",
    f"....//....//{MARK}",
    MARK * 500,
    f"%2e%2e/%2e%2e/{MARK}",
    f"file:///{MARK}",
    ".",
    "..",
    "",
)
SCRIPTED_SVG = (
    f'<svg xmlns="http://www.w3.org/2000/svg" onload="window.{MARK}=1"><script>window.{MARK}=1</script>'
    f'<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="window.{MARK}=1">{MARK}</body></foreignObject>'
    "</svg>"
)
FIGURE = "accuracy.svg"


def hostile_contributions(valid: dict[str, Any]) -> list[dict[str, Any]]:
    """The contribution with a hostile text in each of its fields in turn."""
    fields = ("id", "label", "contributor", "consent", "pointer", "width", "samples", "strokes")
    named = [{**valid, field: text} for field in fields for text in (*TEXTS, *PATHS)]
    labels = [{**valid, "label": [text]} for text in TEXTS]
    return [*named, *labels]


def tamper(store: ObjectStore, family: str) -> str:
    """Promotes a version whose card, figure and trainer status are hostile wherever they hold text; returns its name.

    Its model and weights are valid, so that it is served and the page shows all of it.
    """
    registry = Registry(store)
    artifact = champion_of(registry, family)
    card = artifact.card
    version = f"2031{card.version[4:]}"
    hostile = replace(
        card,
        version=version,
        created_at=HTML,
        metrics=replace(card.metrics, evaluated_on=HTML),
        trained_on=replace(card.trained_on, credits=(HTML, CONTROL), sources={HTML: 1}),
        recipe={HTML: HTML},
        resumed_from=HTML,
        replaces=HTML,
        gate={"accepted": False, "reasons": [HTML]},
    )
    registry.publish(replace(artifact, card=hostile), {FIGURE: SCRIPTED_SVG.encode()})
    # Past the registry, which would reject this name of a figure.
    record = json.loads(card_to_json(hostile))
    record["files"][f"{HTML}.svg"] = record["files"]["model.tflite"]
    store.put(model_key(family, version, "card.json"), json.dumps(record).encode())
    registry.promote(family, version, HTML)
    status = {"state": "refused", "new_drawings": 1, "needed": 2, "family": HTML, "version": HTML, "reasons": [HTML]}
    store.put(TRAINER_STATUS, json.dumps({**status, "at": HTML}).encode())
    return version
