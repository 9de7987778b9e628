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
        self._output = self._match_output()

    def predict(self, inputs: Inputs) -> NDArray[np.float32]:
        """Probabilities (10,), class 0 first, for a batch of one."""
        for name, index in self._inputs.items():
            self._litert.set_tensor(index, inputs[name])
        self._litert.invoke()
        return np.asarray(self._litert.get_tensor(self._output)[0], np.float32)

    def predict_each(self, inputs: Inputs) -> NDArray[np.float32]:
        """Probabilities (n, 10) for a batch of n, one snapshot after the other, as the service predicts."""
        count = len(next(iter(inputs.values())))
        rows = [self.predict({name: array[row : row + 1] for name, array in inputs.items()}) for row in range(count)]
        return np.array(rows, np.float32).reshape(-1, CLASSES)

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

    def _match_output(self) -> int:
        found = self._litert.get_output_details()
        if len(found) != 1 or tuple(found[0]["shape"]) != (1, CLASSES):
            raise BadModel(f"outputs {[tuple(t['shape']) for t in found]}, expected one of (1, {CLASSES})")
        return int(found[0]["index"])
