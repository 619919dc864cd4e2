"""PoseNet (PersonLab): decodes one skeleton from the model's heat maps and offsets.

Papandreou et al. 2018, "PersonLab: Person Pose Estimation and Instance Segmentation with a
Bottom-Up, Part-Based, Geometric Embedding Model". Google publishes the model with a custom op that
decodes the poses; it runs only in Google's own builds, so it is removed from the model, and the
decoder below is used with every accelerator.
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
from hiitpi.pose.turned_view import ViewChooser, turned, turned_back, turned_box

MODELS: Final = ("posenet", "posenet_353")

#: Input pixels per cell of the heat maps.
STRIDE_PX: Final = 16

#: How often a keypoint is refined by the short-range offsets; 5 times in Google's decoder, too.
REFINEMENTS: Final = 5

#: Minimum mean keypoint score of a person. PersonLab's own demos use 0.2-0.25, which loses people
#: who lie or whose legs are hidden: of 40 recordings of floor exercises and high knees 62 % were
#: counted within one with 0.2, 68 % with 0.12 and 72 % with 0.08; 101 recordings of something else
#: had 11, 12 and 12 false repetitions. Four visible keypoints are required besides, see `box_of`.
MIN_PERSON_SCORE: Final = 0.1

#: The tree along which the decoder grows a skeleton: edge k of the mid-range offsets, (parent,
#: child).
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
    """PoseNet's outputs for one frame, on a grid of h rows and w columns of cells.

    Attributes:
        score: heat maps, (h, w, 17), 0..1.
        short: short-range offsets, (h, w, 2, 17) in pixels of the input: dy and dx from a cell to
            the keypoint near it.
        middle: mid-range offsets, (h, w, 2, 2, 16) in pixels of the input: forward or backward
            along the edge, dy or dx, edge.
    """

    score: Floats
    short: Floats
    middle: Floats


class PoseNet:
    """PoseNet on the CPU or the Edge TPU, decoded for a single person.

    Args:
        name: name of the model in the catalogue.
        model: the .tflite file.
        threads: CPU threads per inference.
        edgetpu: whether to run it on the Edge TPU.
    """

    def __init__(self, name: str, model: Path, threads: int = 1, edgetpu: bool = False) -> None:
        self.name = f"{name} on Edge TPU" if edgetpu else name
        stripped = without_decoder(model.read_bytes(), model.name)
        self.main_model = Interpreter(stripped, threads, edgetpu)
        _, self._height, self._width, _ = self.main_model.input_shape
        self._tracker = PersonTracker()
        self._view = ViewChooser()

    def reset(self) -> None:
        """Forget the person; take the one with the highest score in the next frame."""
        self._tracker.reset()
        self._view.reset()

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """Return the pose of the tracked person, or of the one with the highest score.

        Args:
            image: uint8 (H, W, 3) RGB. It is scaled and padded to the model's input, not stretched.
            time: time of the frame, seconds.

        Returns:
            The pose; None if there is no person.
        """
        pose = self._detect(image, self._view.turn, time)
        lost = pose.confidence < MIN_PERSON_SCORE
        other_turn = self._view.alternative(time, lost)
        if other_turn is not None:
            other = self._detect(image, other_turn, time)
            if self._view.compare(other_turn, other.confidence - pose.confidence, time) or lost:
                pose = other
        accepted = self._tracker.accept(pose if pose.confidence >= MIN_PERSON_SCORE else None, time)
        if accepted is not None:
            self._view.follow(accepted)
        return accepted

    def _detect(self, image: NDArray[np.uint8], turn: int, time: float) -> Pose:
        """Detect the tracked person, or the one with the highest score, in a turned image."""
        height, width = image.shape[:2]
        size = width, height
        padded, scale = self._pad_to_input(turned(image, turn))
        heads = self.heads(padded)
        region = turned_box(self._tracker.search_region(time), turn, size)
        xy, score = decode(heads, strongest(heads, _box_in_cells(region, scale)))
        return Pose(turned_back(xy * scale, turn, size), score, float(score.mean()))

    def _pad_to_input(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Floats]:
        """Scale the frame into the upper left corner of the input.

        Returns:
            The input, uint8 (H, W, 3); and frame pixels per input pixel, (2,) for x and y.
        """
        height, width = image.shape[:2]
        shrink = min(self._width / width, self._height / height)
        size = round(width * shrink), round(height * shrink)
        padded = np.zeros((self._height, self._width, 3), np.uint8)
        cv2.resize(image, size, dst=padded[: size[1], : size[0]], interpolation=cv2.INTER_LINEAR)
        return padded, np.array((width / size[0], height / size[1]), np.float32)

    def heads(self, image: NDArray[np.uint8]) -> Heads:
        """Run the model.

        Args:
            image: uint8 (H, W, 3) RGB of the model's input size.
        """
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


#: Row and column of a cell, and the index of a keypoint.
Root = tuple[int, int, int]


def strongest(heads: Heads, within: Box | None = None) -> Root:
    """Return the cell and keypoint with the highest score.

    Args:
        heads: the model's outputs.
        within: a box in cells to which to restrict the search; ignored if it is off the grid.
    """
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
    """Grow a skeleton from a root keypoint.

    Args:
        heads: the model's outputs.
        root: where to start; see `strongest`.

    Returns:
        Keypoints, float32 (17, 2) x and y in pixels of the input; and their scores, float32 (17,).
    """
    row, column, first = root
    yx = np.zeros((17, 2), np.float32)
    score = np.zeros(17, np.float32)
    yx[first] = (row * STRIDE_PX, column * STRIDE_PX) + heads.short[row, column, :, first]
    score[first] = _sample(heads.score[:, :, first], yx[first])

    decoded, queue = {first}, deque([first])
    while queue:
        source = queue.popleft()
        for edge, (parent, child) in enumerate(EDGES):
            if source not in (parent, child):
                continue
            target, direction = (child, 0) if source == parent else (parent, 1)
            if target in decoded:
                continue
            position = yx[source] + _sample(heads.middle[:, :, direction, :, edge], yx[source])
            for _ in range(REFINEMENTS):
                position = position + _sample(heads.short[:, :, :, target], position)
            yx[target] = position
            score[target] = _sample(heads.score[:, :, target], position)
            decoded.add(target)
            queue.append(target)
    return yx[:, ::-1].copy(), score


def _box_in_cells(box: Box | None, scale: Floats) -> Box | None:
    """Convert a box from frame pixels to heat map cells."""
    if box is None:
        return None
    x, y = (float(n) * STRIDE_PX for n in scale)
    return Box(box.left / x, box.top / y, box.right / x, box.bottom / y)


def _sample(grid: Floats, yx: Floats) -> Floats:
    """Interpolate a grid bilinearly.

    Args:
        grid: (h, w, ...), a value per cell.
        yx: (2,), y and x in pixels of the input.

    Returns:
        The value there, of shape (...).
    """
    rows, columns = grid.shape[:2]
    y = min(max(float(yx[0]) / STRIDE_PX, 0.0), rows - 1.0)
    x = min(max(float(yx[1]) / STRIDE_PX, 0.0), columns - 1.0)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, rows - 1), min(left + 1, columns - 1)
    dy, dx = np.float32(y - top), np.float32(x - left)
    above = grid[top, left] * (1 - dx) + grid[top, right] * dx
    below = grid[bottom, left] * (1 - dx) + grid[bottom, right] * dx
    sampled: Floats = above * (1 - dy) + below * dy
    return sampled


def without_decoder(model: bytes, name: str = "the model") -> bytes:
    """Remove the custom op `PosenetDecoderOp` from a model, so that its three heads are outputs.

    Args:
        model: content of a .tflite file.
        name: name of the model, for error messages.

    Returns:
        Content of the new .tflite file.

    Raises:
        ModelError: the model has no such op, or is not a .tflite file.
    """
    try:
        import flatbuffers
        from ai_edge_litert import schema_py_generated as schema
    except ImportError as error:
        raise ModelError(
            f"{name} needs the packages ai-edge-litert and flatbuffers, even if tflite-runtime or "
            f"pycoral is installed ({error}). Type: pip install ai-edge-litert flatbuffers"
        ) from error
    try:
        tree: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
        graph = tree.subgraphs[0]
        codes = [code.customCode or b"" for code in tree.operatorCodes]
        ops = [codes[operator.opcodeIndex] for operator in graph.operators]
        decoder = graph.operators.pop(ops.index(b"PosenetDecoderOp"))
    except Exception as error:  # a damaged flatbuffer may raise anything
        raise ModelError(f"{name} is not a PoseNet with a decoder: {error}") from error
    graph.outputs = list(decoder.inputs)
    tree.signatureDefs = None
    builder = flatbuffers.Builder(len(model) + 1024)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())
