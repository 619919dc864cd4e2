"""Runs a .tflite model, on the CPU or on the Edge TPU."""

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
        model: a file, or the bytes of one.
        threads: CPU threads for one inference.
        edgetpu: whether it runs on the Edge TPU.

    Raises:
        ModelError: it is not a model, or this runtime cannot run it, or there is no Edge TPU.
    """

    def __init__(self, model: Path | bytes, threads: int = 1, edgetpu: bool = False) -> None:
        self._name = model.name if isinstance(model, Path) else "the model"
        make = edgetpu_interpreter() if edgetpu else None
        try:
            content = model.read_bytes() if isinstance(model, Path) else model
            with _quiet():
                self._model = (
                    make(content)
                    if make
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
        """Shape of the input, batch included: (1, H, W, C)."""
        return tuple(int(n) for n in self._input["shape"])

    @property
    def input_type(self) -> Any:
        """NumPy type of the input."""
        return self._input["dtype"]

    @property
    def outputs(self) -> Sequence[dict[str, Any]]:
        """Name, shape and quantisation of each output, in the order `invoke` returns them."""
        return self._outputs

    def invoke(self, data: Array) -> list[Array]:
        """Run the model on `data` (the input's shape and type); return the raw outputs.

        The arrays are copies: they stay true after the next call.

        Raises:
            ModelError: the accelerator has gone, or the runtime failed.
        """
        try:
            self._model.set_tensor(self._input["index"], data)
            self._model.invoke()
            return [self._model.get_tensor(output["index"]) for output in self._outputs]
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self._name} failed while running: {error}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep LiteRT from telling the terminal about its delegate; it has no switch for that.

    What goes wrong is raised as well, so nothing is lost.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def dequantised(raw: Array, output: dict[str, Any]) -> NDArray[np.float32]:
    """Real values of a quantised output: scale * (raw - zero point)."""
    scale, zero = output["quantization"]
    return np.float32(scale) * (raw.astype(np.float32) - np.float32(zero))
