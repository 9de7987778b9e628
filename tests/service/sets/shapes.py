"""Shapes that tests draw in a symbol set, and what a visitor and the operator send about it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from websockets.sync.client import ClientConnection

from collector.contribution.consent import SYMBOLS_CONSENT_VERSION
from collector.ink.drawing import Point, Stroke, strokes_to_json
from collector.symbols.definition import from_record
from collector.symbols.symbol_set import SymbolSet
from tests.collector.contributions import contribution_record
from tests.service.serving import Service, receive

OPERATOR_TOKEN = "operator-of-the-tests"
ANN, BOB = "ann-draws-shapes-here", "bob-draws-shapes-here"


def circle(grown: float) -> Stroke:
    angles = [2 * math.pi * k / 24 for k in range(25)]
    return Stroke(tuple(Point(250 + 110 * grown * math.sin(a), 250 - 120 * grown * math.cos(a)) for a in angles))


def stairs(grown: float) -> Stroke:
    corners = [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]
    return Stroke(tuple(Point(130 + 75 * grown * x, 140 + 70 * grown * y) for x, y in corners))


def arrow(grown: float) -> Stroke:
    corners = [(0, 2), (4, 2), (3, 1), (4, 2), (3, 3)]
    return Stroke(tuple(Point(110 + 70 * grown * x, 120 + 60 * grown * y) for x, y in corners))


SHAPES: dict[str, Callable[[float], Stroke]] = {"circle": circle, "stairs": stairs, "arrow": arrow}


def shapes(set_id: str = "shapes", **changes: Any) -> SymbolSet:
    classes = [{"id": class_id, "name": class_id.title()} for class_id in SHAPES]
    return from_record({"id": set_id, "name": set_id.title(), "classes": classes, **changes})


def greet(socket: ClientConnection, **hello: Any) -> Any:
    socket.send(json.dumps({"type": "hello", **hello}))
    while (message := receive(socket))["type"] not in ("welcome", "error") or "families" not in message:
        if message["type"] == "error":
            return message
    return message


def open_set(service: Service, socket: ClientConnection, set_id: str = "shapes", **hello: Any) -> Any:
    receive(socket)
    return greet(socket, set=set_id, **hello)


def ask(socket: ClientConnection, *strokes: Stroke) -> Any:
    sent = [[[p.x, p.y] for p in stroke.points] for stroke in strokes]
    socket.send(json.dumps({"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500, "strokes": sent}))
    return receive(socket)


def give(socket: ClientConnection, label: str, token: str, **changes: Any) -> Any:
    """A small contribution: its samples show its strokes, the shape is in another drawing's place."""
    record = contribution_record(label=label, contributor=token, consent=SYMBOLS_CONSENT_VERSION, **changes)
    socket.send(json.dumps({"type": "contribution", **record}))
    return receive(socket)


def as_operator(service: Service, method: str, path: str, body: object = None) -> Any:
    headers = {"authorization": f"Bearer {OPERATOR_TOKEN}"}
    if body is not None:
        headers["content_type"] = "application/json"
    return service.call(method, path, None if body is None else json.dumps(body).encode(), **headers)


def post(service: Service, path: str, body: object) -> Any:
    return service.call("POST", path, json.dumps(body).encode(), content_type="application/json")


def give_examples(service: Service, each: int = 3) -> None:
    for label, shape in SHAPES.items():
        for number in range(each):
            strokes = strokes_to_json((shape(0.9 + 0.1 * number),))
            answer = as_operator(
                service, "POST", "/operator/sets/shapes/examples", {"label": label, "strokes": strokes}
            )
            assert answer.status == 201, answer.body


def greet_counts(service: Service) -> list[int]:
    counts: list[int] = service.call("GET", "/model?set=shapes").json["contributions"]["by_label"]
    return counts


def open_error(socket: ClientConnection, set_id: object) -> Any:
    socket.send(json.dumps({"type": "hello", "set": set_id}))
    return receive(socket)


def shapes_record() -> list[dict[str, str]]:
    return [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}]


def leading(answer: Any) -> int:
    probabilities = answer["probabilities"]
    return probabilities.index(max(probabilities))
