"""Imports TensorFlow and Keras quietly and limits their threads. No other file imports TensorFlow.

The import takes 3 s and 600 MB: the trainer pays for it when its first training starts.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STDERR = 2

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow reads it once, at import


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drops what native code writes to standard error inside the block; exceptions pass through."""
    saved = os.dup(STDERR)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, STDERR)
        yield
    finally:
        os.dup2(saved, STDERR)
        os.close(null)
        os.close(saved)


with quiet_stderr():  # before it reads its log level, TensorFlow warns twice about rounding
    import keras
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

for _noisy in ("tensorflow", "absl"):  # they log every conversion, with a temporary path
    logging.getLogger(_noisy).setLevel(logging.ERROR)

__all__ = ["convert_variables_to_constants_v2", "keras", "tf", "use_threads"]


def use_threads(count: int) -> None:
    """Limits TensorFlow to `count` cores. Only a call before its first use has an effect: TensorFlow fixes it then."""
    if tf.config.threading.get_intra_op_parallelism_threads() != 0:
        return
    with suppress(RuntimeError):  # used already
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(count)
