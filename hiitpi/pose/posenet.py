"""PoseNet (PersonLab): heat maps and offsets in, one skeleton out.

Papandreou et al. 2018, "PersonLab: Person Pose Estimation and Instance Segmentation with a
Bottom-Up, Part-Based, Geometric Embedding Model". Google publishes the model with a custom op that
decodes; the op runs nowhere but in Google's own builds, so it is taken out and decoding is done
here, the same for every accelerator.
"""

from collections import deque
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import ModelError
from hiitpi.pose.interpreter import Interpreter, dequantised
from hiitpi.pose.keypoints import INDEX, Pose
from hiitpi.pose.tracker import Box, PersonTracker

MODELS: Final = ("posenet", "posenet_353")

#: Input pixels per cell of the heat maps.
STRIDE: Final = 16

#: How often a keypoint follows the short offsets; Google's decoder does it 5 times.
REFINEMENTS: Final = 5

#: Mean keypoint score of a person; PersonLab's own demos use 0.2-0.25.
PRESENT: Final = 0.2

#: The tree along which a skeleton grows: edge k of the mid-range offsets, parent to child.
EDGES: Final = tuple(
    (INDEX[parent], INDEX[child])
    for parent, child in (
        ("nose", "left_eye"),
        ("left_eye", "left_ear"),
        ("nose", "right_eye"),
        ("right_eye", "right_ear"),
        ("nose", "left_shoulder"),
        ("left_shoulder", "left_elbow"),
        ("left_elbow", "left_wrist"),
        ("left_shoulder", "left_hip"),
        ("left_hip", "left_knee"),
        ("left_knee", "left_ankle"),
        ("nose", "right_shoulder"),
        ("right_shoulder", "right_elbow"),
        ("right_elbow", "right_wrist"),
        ("right_shoulder", "right_hip"),
        ("right_hip", "right_knee"),
        ("right_knee", "right_ankle"),
    )
)

Floats = NDArray[np.float32]


class Heads(NamedTuple):
    """PoseNet's outputs for one picture; h, w = cells.

    Attributes:
        score: (h, w, 17), 0..1.
        short: (h, w, 2, 17) pixels of the input, dy and dx to the keypoint from a cell near it.
        middle: (h, w, 2, 2, 16) pixels: forward or backward, dy or dx, edge.
    """

    score: Floats
    short: Floats
    middle: Floats


class PoseNet:
    """PoseNet on the CPU or the Edge TPU, decoded for a single athlete."""

    def __init__(self, name: str, model: Path, threads: int = 1, edgetpu: bool = False) -> None:
        self.name = f"{name} on Edge TPU" if edgetpu else name
        stripped = without_decoder(model.read_bytes(), model.name)
        self.main_model = Interpreter(stripped, threads, edgetpu)
        _, self._height, self._width, _ = self.main_model.input_shape
        self._athlete = PersonTracker()

    def reset(self) -> None:
        """Follow whoever is strongest in the next picture."""
        self._athlete.reset()

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """The skeleton of the athlete followed, or the strongest; None: nobody.

        Args:
            image: uint8 (H, W, 3) RGB. It is fitted into the model's input, padded, not stretched.
            time: of the picture, seconds.
        """
        padded, scale = self._fitted(image)
        heads = self.heads(padded)
        near = _cells(self._athlete.search_region(time), scale)
        pose = _pose(*decode(heads, strongest(heads, near)), scale)
        return self._athlete.take(pose if pose.confidence >= PRESENT else None, time)

    def _fitted(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Floats]:
        """The picture in the upper left of the input, and pixels of it per pixel of the input."""
        height, width = image.shape[:2]
        shrink = min(self._width / width, self._height / height)
        size = round(width * shrink), round(height * shrink)
        padded = np.zeros((self._height, self._width, 3), np.uint8)
        cv2.resize(image, size, dst=padded[: size[1], : size[0]], interpolation=cv2.INTER_LINEAR)
        return padded, np.array((width / size[0], height / size[1]), np.float32)

    def heads(self, image: NDArray[np.uint8]) -> Heads:
        """Run the model on a picture of exactly its input's size."""
        raw = self.main_model.invoke(image[None])
        heads = [
            dequantised(r, out)[0] for r, out in zip(raw, self.main_model.outputs, strict=True)
        ]
        heat, short, middle = sorted(heads, key=lambda head: head.shape[-1])  # 17, 34, 64 channels
        rows, columns = heat.shape[:2]
        return Heads(
            1 / (1 + np.exp(-heat)),
            short.reshape(rows, columns, 2, 17),
            middle.reshape(rows, columns, 2, 2, 16),
        )


def open_engine(name: str, files: list[Path], threads: int, edgetpu: bool) -> PoseNet:
    """Open the engine; see `hiitpi.pose.engine`."""
    return PoseNet(name, files[0], threads, edgetpu)


Root = tuple[int, int, int]


def strongest(heads: Heads, within: Box | None = None) -> Root:
    """(row, column, keypoint) of the highest score, if asked among the cells of a box."""
    rows, columns, _ = heads.score.shape
    top, left, bottom, right = 0, 0, rows, columns
    if within:
        left, right = max(int(within.left), 0), min(int(within.right) + 1, columns)
        top, bottom = max(int(within.top), 0), min(int(within.bottom) + 1, rows)
        if left >= right or top >= bottom:
            top, left, bottom, right = 0, 0, rows, columns
    part = heads.score[top:bottom, left:right]
    row, column, keypoint = (int(i) for i in np.unravel_index(int(part.argmax()), part.shape))
    return top + row, left + column, keypoint


def decode(heads: Heads, root: Root) -> tuple[Floats, Floats]:
    """Grow a skeleton from a root; return xy (17, 2) in input pixels, and score (17,)."""
    row, column, first = root
    yx = np.zeros((17, 2), np.float32)
    score = np.zeros(17, np.float32)
    yx[first] = (row * STRIDE, column * STRIDE) + heads.short[row, column, :, first]
    score[first] = _sample(heads.score[:, :, first], yx[first])

    grown, waiting = {first}, deque([first])
    while waiting:
        here = waiting.popleft()
        for edge, (parent, child) in enumerate(EDGES):
            if here not in (parent, child):
                continue
            there, direction = (child, 0) if here == parent else (parent, 1)
            if there in grown:
                continue
            at = yx[here] + _sample(heads.middle[:, :, direction, :, edge], yx[here])
            for _ in range(REFINEMENTS):
                at = at + _sample(heads.short[:, :, :, there], at)
            yx[there] = at
            score[there] = _sample(heads.score[:, :, there], at)
            grown.add(there)
            waiting.append(there)
    return yx[:, ::-1].copy(), score


def _cells(box: Box | None, scale: Floats) -> Box | None:
    """A box in pixels of the picture, in cells of the heat maps."""
    if box is None:
        return None
    x, y = (float(n) * STRIDE for n in scale)
    return Box(box.left / x, box.top / y, box.right / x, box.bottom / y)


def _pose(xy: Floats, score: Floats, scale: Floats) -> Pose:
    return Pose(xy * scale, score, float(score.mean()))


def _sample(grid: Floats, at: Floats) -> Floats:
    """The value of `grid` (h, w, ...) between its cells, at `at` (y, x in input pixels)."""
    rows, columns = grid.shape[:2]
    y = min(max(float(at[0]) / STRIDE, 0.0), rows - 1.0)
    x = min(max(float(at[1]) / STRIDE, 0.0), columns - 1.0)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, rows - 1), min(left + 1, columns - 1)
    dy, dx = np.float32(y - top), np.float32(x - left)
    above = grid[top, left] * (1 - dx) + grid[top, right] * dx
    below = grid[bottom, left] * (1 - dx) + grid[bottom, right] * dx
    sampled: Floats = above * (1 - dy) + below * dy
    return sampled


def without_decoder(model: bytes, name: str = "the model") -> bytes:
    """The same model, ending in its three heads instead of in the custom op `PosenetDecoderOp`.

    Raises:
        ModelError: it has no such op, or is not a .tflite file.
    """
    try:
        import flatbuffers
        from ai_edge_litert import schema_py_generated as schema
    except ImportError as error:
        raise ModelError(
            f"{name} needs the packages ai-edge-litert and flatbuffers, beside tflite-runtime or "
            f"pycoral too ({error}). Type: pip install ai-edge-litert flatbuffers"
        ) from error
    try:
        tree: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
        graph = tree.subgraphs[0]
        codes = [code.customCode or b"" for code in tree.operatorCodes]
        ops = [codes[operator.opcodeIndex] for operator in graph.operators]
        decoder = graph.operators.pop(ops.index(b"PosenetDecoderOp"))
    except Exception as error:  # a damaged flatbuffer fails in any way
        raise ModelError(f"{name} is not a PoseNet with a decoder: {error}") from error
    graph.outputs = list(decoder.inputs)
    tree.signatureDefs = None
    builder = flatbuffers.Builder(len(model) + 1024)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())
