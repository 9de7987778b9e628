"""Runs a LiteRT flatbuffer, one snapshot at a time. No TensorFlow, no storage."""

from __future__ import annotations

import re

import numpy as np
from ai_edge_litert.interpreter import Interpreter as LiteRT
from numpy.typing import NDArray

from collector.ink.encodings import INPUT_SPECS, Encoding, Inputs

CLASSES = 10  # of digits


class BadModel(ValueError):
    """These bytes are not a model for this encoding; the message says what came and what was expected."""


class Interpreter:
    """Predicts with one model. Not thread-safe: the flatbuffer's tensors are working memory."""

    def __init__(self, model: bytes, encoding: Encoding, classes: int = CLASSES) -> None:
        """Loads the flatbuffer of a model that tells `classes` classes apart.

        Raises:
            BadModel: not a flatbuffer, or its inputs and output are not the encoding's.
        """
        try:
            self._litert = LiteRT(model_content=model, num_threads=1)
            self._litert.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BadModel(f"{len(model)} bytes, LiteRT can't load them: {error}") from error
        self.classes = classes
        self._inputs = self._match_inputs(encoding)
        self._output, self._doubt, self._embedding = self._match_outputs()

    @property
    def doubts(self) -> bool:
        """True if the model can say that a snapshot is none of its classes."""
        return self._doubt is not None

    @property
    def embeds(self) -> bool:
        """True if the model has an embedding."""
        return self._embedding is not None

    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        """Probabilities (classes,), class 0 first, for a batch of one."""
        for name, index in self._inputs.items():
            self._litert.set_tensor(index, inputs[name])
        self._litert.invoke()
        return self.output()

    def output(self) -> NDArray[np.float32]:
        """The probabilities (classes,) of the last snapshot."""
        return np.asarray(self._litert.get_tensor(self._output)[0], np.float32)

    def doubt(self) -> float | None:
        """The probability that the last snapshot is, or is becoming, no class; None if the model has no such output."""
        return None if self._doubt is None else float(self._litert.get_tensor(self._doubt)[0, 0])

    def embedding(self) -> NDArray[np.float32] | None:
        """The numbers (n,) before the last layer for the last snapshot; None if the model has no such output."""
        return None if self._embedding is None else np.asarray(self._litert.get_tensor(self._embedding)[0], np.float32)

    def predict_each(self, inputs: Inputs) -> NDArray[np.float32]:
        """Probabilities (n, classes) for a batch of n, one snapshot after the other, as the service predicts."""
        count = len(next(iter(inputs.values())))
        rows = [self.predict({name: array[row : row + 1] for name, array in inputs.items()}) for row in range(count)]
        return np.array(rows, np.float32).reshape(-1, self.classes)

    def predict_each_with_doubt(self, inputs: Inputs) -> NDArray[np.float32]:
        """As `predict_each`, with the doubt as one more column (n, classes + 1); 0 if the model has none."""
        count = len(next(iter(inputs.values())))
        rows = np.empty((count, self.classes + 1), np.float32)
        for row in range(count):
            rows[row, :-1] = self.predict({name: array[row : row + 1] for name, array in inputs.items()})
            rows[row, -1] = self.doubt() or 0.0
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
        """The tensors of the probabilities, the doubt and the embedding, distinguished by their shape.

        Models of the first releases have the probabilities alone. Of a model with as many classes as its embedding has
        numbers, the probabilities are the output that was named first.
        """
        found = sorted(self._litert.get_output_details(), key=lambda tensor: _number_of(tensor["name"]))
        shapes = [tuple(int(n) for n in tensor["shape"]) for tensor in found]
        digits = [i for i, shape in enumerate(shapes) if shape == (1, self.classes)]
        doubts = [i for i, shape in enumerate(shapes) if shape == (1, 1)]
        others = [i for i, shape in enumerate(shapes) if i not in digits[:1] + doubts and _is_row(shape)]
        if not digits or len(doubts) > 1 or len(others) > 1 or 1 + len(doubts + others) != len(found):
            raise BadModel(f"outputs {shapes}, expected (1, {self.classes}) and at most one (1, 1) and one (1, n)")
        indices = [int(tensor["index"]) for tensor in found]
        return indices[digits[0]], *(indices[part[0]] if part else None for part in (doubts, others))  # type: ignore[return-value]


def _is_row(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and shape[0] == 1 and shape[1] > CLASSES


def _number_of(name: str) -> tuple[int, str]:
    """The place of an output among its function's: converters call them `StatefulPartitionedCall_1:0`, or `...:1`."""
    digits = [int(part) for part in re.findall(r"\d+", name)]
    return sum(digits), name
