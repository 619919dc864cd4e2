"""Runs a .tflite model on the CPU or on the Edge TPU."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import ModelError
from hiitpi.pose.accelerator import edgetpu_interpreter, tflite

Array = NDArray[Any]


class Interpreter:
    """A loaded model with one input.

    Args:
        model: a .tflite file, or its content.
        threads: CPU threads per inference.
        edgetpu: whether to run it on the Edge TPU.

    Raises:
        ModelError: it is not a model, this runtime cannot run it, or no Edge TPU can be used.
    """

    def __init__(self, model: Path | bytes, threads: int = 1, edgetpu: bool = False) -> None:
        self._name = model.name if isinstance(model, Path) else "the model"
        make_interpreter = edgetpu_interpreter() if edgetpu else None
        try:
            content = model.read_bytes() if isinstance(model, Path) else model
            with _stderr_silenced():
                self._model = (
                    make_interpreter(content)
                    if make_interpreter
                    else tflite().Interpreter(model_content=content, num_threads=threads)
                )
                self._model.allocate_tensors()
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            raise ModelError(f"{self._name} cannot be loaded: {reason}") from error
        (self._input,) = self._model.get_input_details()
        self._outputs = self._model.get_output_details()

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the input with the batch dimension: (1, H, W, C)."""
        return tuple(int(n) for n in self._input["shape"])

    @property
    def input_type(self) -> Any:
        """NumPy type of the input."""
        return self._input["dtype"]

    @property
    def outputs(self) -> Sequence[dict[str, Any]]:
        """Name, shape and quantisation of each output, in the order of `invoke`'s result."""
        return self._outputs

    def invoke(self, data: Array) -> list[Array]:
        """Run the model.

        Args:
            data: an array with `input_shape` and `input_type`.

        Returns:
            The raw outputs. They are copies, so the next call does not overwrite them.

        Raises:
            ModelError: the accelerator was unplugged, or the runtime failed.
        """
        try:
            self._model.set_tensor(self._input["index"], data)
            self._model.invoke()
            return [self._model.get_tensor(output["index"]) for output in self._outputs]
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self._name} failed while running: {error}") from error


@contextmanager
def _stderr_silenced() -> Iterator[None]:
    """Suppress LiteRT's log line about its delegate on stderr; LiteRT has no option for that.

    Errors are raised as exceptions as well, so none is lost.
    """
    saved, devnull = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(devnull)


def dequantised(raw: Array, output: dict[str, Any]) -> NDArray[np.float32]:
    """Return the real values of a quantised output: scale * (raw - zero point).

    Args:
        raw: an output of `Interpreter.invoke`, of any shape.
        output: its entry in `Interpreter.outputs`.
    """
    scale, zero = output["quantization"]
    return np.float32(scale) * (raw.astype(np.float32) - np.float32(zero))
