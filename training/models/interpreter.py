"""Runs a LiteRT flatbuffer, one snapshot at a time. No TensorFlow, no storage."""

from __future__ import annotations

import numpy as np
from ai_edge_litert.interpreter import Interpreter as LiteRT
from numpy.typing import NDArray

from collector.ink.encodings import INPUT_SPECS, Encoding, Inputs

CLASSES = 10


class BadModel(ValueError):
    """These bytes are not a model for this encoding; the message says what came and what was expected."""


class Interpreter:
    """Predicts with one model. Not thread-safe: the flatbuffer's tensors are working memory."""

    def __init__(self, model: bytes, encoding: Encoding) -> None:
        """Loads the flatbuffer.

        Raises:
            BadModel: not a flatbuffer, or its inputs and output are not the encoding's.
        """
        try:
            self._litert = LiteRT(model_content=model, num_threads=1)
            self._litert.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BadModel(f"{len(model)} bytes, LiteRT can't load them: {error}") from error
        self._inputs = self._match_inputs(encoding)
        self._output, self._doubt, self._embedding = self._match_outputs()

    @property
    def doubts(self) -> bool:
        """Whether the model can say that a snapshot is no digit."""
        return self._doubt is not None

    @property
    def embeds(self) -> bool:
        """Whether the model has an embedding."""
        return self._embedding is not None

    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        """Probabilities (10,), class 0 first, for a batch of one."""
        for name, index in self._inputs.items():
            self._litert.set_tensor(index, inputs[name])
        self._litert.invoke()
        return np.asarray(self._litert.get_tensor(self._output)[0], np.float32)

    def doubt(self) -> float | None:
        """How likely the last snapshot is, or is becoming, no digit, 0 to 1; None if the model can't say."""
        return None if self._doubt is None else float(self._litert.get_tensor(self._doubt)[0, 0])

    def embedding(self) -> NDArray[np.float32] | None:
        """The numbers (n,) before the last layer for the last snapshot; None if the model has no such output."""
        return None if self._embedding is None else np.asarray(self._litert.get_tensor(self._embedding)[0], np.float32)

    def predict_each(self, inputs: Inputs) -> NDArray[np.float32]:
        """Probabilities (n, 10) for a batch of n, one snapshot after the other, as the service predicts."""
        count = len(next(iter(inputs.values())))
        rows = [self.predict({name: array[row : row + 1] for name, array in inputs.items()}) for row in range(count)]
        return np.array(rows, np.float32).reshape(-1, CLASSES)

    def predict_each_with_doubt(self, inputs: Inputs) -> NDArray[np.float32]:
        """As `predict_each`, with the doubt as an eleventh column (n, 11); 0 if the model has none."""
        count = len(next(iter(inputs.values())))
        rows = np.empty((count, CLASSES + 1), np.float32)
        for row in range(count):
            rows[row, :CLASSES] = self.predict({name: array[row : row + 1] for name, array in inputs.items()})
            rows[row, CLASSES] = self.doubt() or 0.0
        return rows

    def _match_inputs(self, encoding: Encoding) -> dict[str, int]:
        # Converters decorate names ("serving_default_cells:0"): a spec's name is a part of them.
        found = self._litert.get_input_details()
        indices: dict[str, int] = {}
        for spec in INPUT_SPECS[encoding]:
            for tensor in found:
                if spec.name in tensor["name"] and tuple(tensor["shape"]) == (1, *spec.shape):
                    indices[spec.name] = int(tensor["index"])
        if len(indices) != len(INPUT_SPECS[encoding]) or len(found) != len(indices):
            came = {tensor["name"]: tuple(int(n) for n in tensor["shape"]) for tensor in found}
            raise BadModel(f"inputs {came}, expected {[(s.name, (1, *s.shape)) for s in INPUT_SPECS[encoding]]}")
        return indices

    def _match_outputs(self) -> tuple[int, int | None, int | None]:
        """The tensors of the probabilities, the doubt and the embedding, told apart by their shape.

        Models of the first releases have the probabilities alone.
        """
        found = self._litert.get_output_details()
        shapes = [tuple(int(n) for n in tensor["shape"]) for tensor in found]
        digits = [i for i, shape in enumerate(shapes) if shape == (1, CLASSES)]
        doubts = [i for i, shape in enumerate(shapes) if shape == (1, 1)]
        others = [i for i, shape in enumerate(shapes) if len(shape) == 2 and shape[0] == 1 and shape[1] > CLASSES]
        if len(digits) != 1 or len(doubts) > 1 or len(others) > 1 or len(digits + doubts + others) != len(found):
            raise BadModel(f"outputs {shapes}, expected (1, {CLASSES}) and at most one (1, 1) and one (1, n)")
        indices = [int(tensor["index"]) for tensor in found]
        return indices[digits[0]], *(indices[part[0]] if part else None for part in (doubts, others))  # type: ignore[return-value]
