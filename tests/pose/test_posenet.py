"""PoseNet against Google's own reference output, and its decoder on heads made by hand."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from hiitpi.errors import ModelError
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.keypoints import KEYPOINTS
from hiitpi.pose.posenet import (
    EDGES,
    STRIDE_PX,
    Heads,
    PoseNet,
    decode,
    strongest,
    without_decoder,
)
from tests.conftest import engine, shared


def local_maxima(heads: Heads, threshold: float) -> list[tuple[int, int, int]]:
    """(row, column, keypoint) of the cells that no neighbour beats: each grows a skeleton."""
    rows, columns, _ = heads.score.shape
    padded = np.pad(heads.score, ((1, 1), (1, 1), (0, 0)))
    around = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    peaks = np.argwhere((heads.score >= np.max(around, axis=0)) & (heads.score > threshold))
    return [(int(row), int(column), int(keypoint)) for row, column, keypoint in peaks]


def reference(path: Path) -> list[np.ndarray]:
    """Google's poses: (17, 3) x, y, score each."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    poses = []
    for pose in sorted({row["pose_id"] for row in rows}):
        mine = {row["keypoint_label"].lower(): row for row in rows if row["pose_id"] == pose}
        poses.append(
            [
                [float(mine[k][f"keypoint_{column}"]) for column in ("x", "y", "score")]
                for k in KEYPOINTS
            ]
        )
    return [np.array(pose) for pose in poses]


def nearest(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resized as PIL's NEAREST does, with which the reference was made."""
    rows = ((np.arange(height) + 0.5) * image.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * image.shape[1] / width).astype(int)
    return image[rows][:, columns]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size", "margin"), [("posenet", "481_641", 2.0), ("posenet_353", "353_481", 4.0)]
)
def test_google_reference(catalog: Catalog, name: str, size: str, margin: float):
    """Each keypoint of both people within `margin` pixels, and the pose's score within 0.02.

    Google's list keeps, of the poses that grow from each local maximum, one for each person; its
    second person at 481x641 grew from the right wrist and not from the strongest keypoint.
    """
    golden = shared(f"models/golden/posenet_mobilenet_v1_075_{size}_quant_decoder_reference.csv")
    image = cv2.imread(str(shared("models/golden/test_couple.jpg")))[..., ::-1]
    posenet = engine(name, catalog)
    assert isinstance(posenet, PoseNet)
    height, width = map(int, size.split("_"))
    heads = posenet.heads(np.ascontiguousarray(nearest(image, height, width)))
    grown = [decode(heads, root) for root in local_maxima(heads, 0.2)]
    for person in reference(golden):
        errors = [np.linalg.norm(xy - person[:, :2], axis=1).max() for xy, _ in grown]
        best = int(np.argmin(errors))
        assert errors[best] < margin
        assert grown[best][1].mean() == pytest.approx(person[:, 2].mean(), abs=0.02)


@pytest.mark.slow
def test_frames_are_padded_and_not_stretched(catalog: Catalog):
    """A wide and a tall picture of the same person give the same keypoints."""
    image = cv2.imread(str(shared("models/golden/squat.bmp")))[..., ::-1]
    posenet = engine("posenet", catalog)
    height, width = image.shape[:2]
    wide = np.zeros((height, width * 2, 3), np.uint8)
    wide[:, :width] = image
    one, other = posenet.infer(np.ascontiguousarray(image), 0.0), posenet.infer(wide, 1 / 30)
    assert one is not None
    assert other is not None
    sure = (one.score > 0.6) & (other.score > 0.6)
    assert sure.sum() >= 8
    assert np.linalg.norm(one.xy - other.xy, axis=1)[sure].max() < 0.04 * height


@pytest.mark.slow
@pytest.mark.parametrize("name", ["posenet", "posenet_353"])
def test_edge_tpu_files_have_the_same_heads(catalog: Catalog, name: str):
    """Shapes and quantisation of the three heads are those of the CPU's file, and no op is left
    but the Edge TPU's."""
    shared("models")
    cpu, tpu = (
        heads_of(without_decoder(catalog.fetch(name, edgetpu)[0].read_bytes()))
        for edgetpu in (False, True)
    )
    assert cpu[0] == tpu[0]
    assert "edgetpu-custom-op" in tpu[1]
    assert "PosenetDecoderOp" not in cpu[1] | tpu[1]


def heads_of(model: bytes) -> tuple[list[tuple], set[str]]:
    """(shape, scale, zero point) of each output, and the names of custom ops."""
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    graph = tree.subgraphs[0]
    outputs = [graph.tensors[i] for i in graph.outputs]
    heads = [
        (tuple(t.shape), float(t.quantization.scale[0]), int(t.quantization.zeroPoint[0]))
        for t in outputs
    ]
    used = {tree.operatorCodes[op.opcodeIndex].customCode or b"" for op in graph.operators}
    return sorted(heads), {code.decode() for code in used}


@pytest.mark.slow
def test_an_empty_room_has_nobody(catalog: Catalog):
    assert engine("posenet", catalog).infer(np.full((480, 640, 3), 120, np.uint8), 0.0) is None


def test_decoder_follows_the_skeleton():
    """Heads that point exactly to a made-up person, everywhere."""
    rng = np.random.default_rng(3)
    truth = rng.uniform(60, 400, (17, 2)).astype(np.float32)  # y, x
    h, w = 31, 41
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) * STRIDE_PX
    cells = np.stack((y, x), -1)
    score = np.full((h, w, 17), 0.5, np.float32)
    row, column = np.rint(truth[5] / STRIDE_PX).astype(int)
    score[row, column, 5] = 0.99
    short = np.stack([truth[k] - cells for k in range(17)], -1)
    middle = np.zeros((h, w, 2, 2, 16), np.float32)
    for edge, (parent, child) in enumerate(EDGES):
        middle[:, :, 0, :, edge] = truth[child] - truth[parent] + rng.uniform(-9, 9, 2)
        middle[:, :, 1, :, edge] = truth[parent] - truth[child] + rng.uniform(-9, 9, 2)
    heads = Heads(score, short.astype(np.float32), middle)
    xy, found = decode(heads, strongest(heads))
    assert np.abs(xy - truth[:, ::-1]).max() < 0.01
    assert found[5] > 0.5


@pytest.mark.parametrize("data", [b"", b"not a model", bytes(1000)])
def test_what_is_no_posenet_is_refused(data: bytes):
    with pytest.raises(ModelError, match=r"junk.tflite is not a PoseNet"):
        without_decoder(data, "junk.tflite")
