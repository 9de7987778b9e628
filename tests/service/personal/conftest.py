"""Fixtures: a tiny model with an embedding, and a service that serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from collector.ink.path import pack_path48, to_path48
from tests.service.conversation import StartService
from tests.service.fakes import SEVEN
from tests.service.serving import Service
from training.models.artifact import Artifact, Card, file_entries, golden_predictions, version_name, write_weights
from training.models.card import Metrics, TrainedOn
from training.models.interpreter import Interpreter

MODEL = Path(__file__).parent / "embedding.tflite"  # embedding_model.py makes it
PATH48_PAYLOAD = pack_path48(to_path48(SEVEN, 500, 500))


@pytest.fixture(scope="session")
def embedding_artifact() -> Artifact:
    """Finds every digit equally likely, so that an answer's leading digit is the memory's."""
    flatbuffer, weights = MODEL.read_bytes(), write_weights({"none": np.zeros(1, np.float32)})
    card = Card(
        family="path",
        version=version_name(datetime(2026, 11, 28, tzinfo=UTC), flatbuffer),
        created_at="2026-11-28T00:00:00Z",
        encoding="path48",
        files=file_entries(flatbuffer, weights),
        metrics=Metrics("nobody", 1, (1.0,), (0.1,), 0.1, 0.1, 0.1, (0.1,) * 10, 1.0),
        trained_on=TrainedOn(1, 1, {}, ()),
        golden=golden_predictions(Interpreter(flatbuffer, "path48"), "path48", [PATH48_PAYLOAD]),
        standing=1.0,  # the best of the families that are served beside it
    )
    return Artifact(card, flatbuffer, weights)


@pytest.fixture
def serve_embedding(embedding_artifact: Artifact) -> Callable[[Service], str]:
    """Publishes the tiny model as the champion of `path`, with a version newer than any; returns that."""

    def serve(service: Service, year: int = 2031) -> str:
        version = f"{year}{embedding_artifact.card.version[4:]}"
        artifact = replace(embedding_artifact, card=replace(embedding_artifact.card, version=version))
        service.registry.publish(artifact, {})
        service.registry.promote("path", version, "test")
        service.live.poll()
        return version

    return serve


@pytest.fixture
def service(start_service: StartService, serve_embedding: Callable[[Service], str]) -> Service:
    """A service that serves the tiny model."""
    service = start_service()
    serve_embedding(service)
    return service
