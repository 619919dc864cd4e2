"""PoseNet against Google's reference output, and its decoder on synthetic heads."""

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
    """Return (row, column, keypoint) of the local maxima; a skeleton grows from each."""
    rows, columns, _ = heads.score.shape
    padded = np.pad(heads.score, ((1, 1), (1, 1), (0, 0)))
    around = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    peaks = np.argwhere((heads.score >= np.max(around, axis=0)) & (heads.score > threshold))
    return [(int(row), int(column), int(keypoint)) for row, column, keypoint in peaks]


def reference(path: Path) -> list[np.ndarray]:
    """Read Google's poses: (17, 3) x, y, score each."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    poses = []
    for pose in sorted({row["pose_id"] for row in rows}):
        keypoints = {row["keypoint_label"].lower(): row for row in rows if row["pose_id"] == pose}
        poses.append(
            [
                [float(keypoints[k][f"keypoint_{column}"]) for column in ("x", "y", "score")]
                for k in KEYPOINTS
            ]
        )
    return [np.array(pose) for pose in poses]


def nearest(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize an image like PIL's NEAREST, with which the reference was made."""
    rows = ((np.arange(height) + 0.5) * image.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * image.shape[1] / width).astype(int)
    return image[rows][:, columns]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size", "margin"), [("posenet", "481_641", 2.0), ("posenet_353", "353_481", 4.0)]
)
def test_google_reference(catalog: Catalog, name: str, size: str, margin: float):
    """Each keypoint of both people is within `margin` pixels, and the pose's score within 0.02.

    Of the poses that grow from each local maximum, Google's list contains one for each person. Its
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
    """The keypoints of a person are the same in an image and in a wider one."""
    image = cv2.imread(str(shared("models/golden/squat.bmp")))[..., ::-1]
    posenet = engine("posenet", catalog)
    height, width = image.shape[:2]
    wide = np.zeros((height, width * 2, 3), np.uint8)
    wide[:, :width] = image
    pose, wide_pose = posenet.infer(np.ascontiguousarray(image), 0.0), posenet.infer(wide, 1 / 30)
    assert pose is not None
    assert wide_pose is not None
    certain = (pose.score > 0.6) & (wide_pose.score > 0.6)
    assert certain.sum() >= 8
    assert np.linalg.norm(pose.xy - wide_pose.xy, axis=1)[certain].max() < 0.04 * height


@pytest.mark.slow
@pytest.mark.parametrize("name", ["posenet", "posenet_353"])
def test_edge_tpu_files_have_the_same_heads(catalog: Catalog, name: str):
    """The three heads have the shapes and quantisation of the CPU's file.

    Their custom operations are that of the Edge TPU, and no longer the decoder.
    """
    shared("models")
    cpu, tpu = (
        heads_of(without_decoder(catalog.fetch(name, edgetpu)[0].read_bytes()))
        for edgetpu in (False, True)
    )
    assert cpu[0] == tpu[0]
    assert "edgetpu-custom-op" in tpu[1]
    assert "PosenetDecoderOp" not in cpu[1] | tpu[1]


def heads_of(model: bytes) -> tuple[list[tuple], set[str]]:
    """Return (shape, scale, zero point) of each output, and the names of custom operations."""
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    graph = tree.subgraphs[0]
    outputs = [graph.tensors[i] for i in graph.outputs]
    heads = [
        (tuple(t.shape), float(t.quantization.scale[0]), int(t.quantization.zeroPoint[0]))
        for t in outputs
    ]
    custom_codes = {tree.operatorCodes[op.opcodeIndex].customCode or b"" for op in graph.operators}
    return sorted(heads), {code.decode() for code in custom_codes}


@pytest.mark.slow
def test_there_is_no_pose_in_an_empty_room(catalog: Catalog):
    assert engine("posenet", catalog).infer(np.full((480, 640, 3), 120, np.uint8), 0.0) is None


def test_decoder_follows_the_skeleton():
    """Each cell of the heads points exactly to the joints of a random person."""
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
    xy, scores = decode(heads, strongest(heads))
    assert np.abs(xy - truth[:, ::-1]).max() < 0.01
    assert scores[5] > 0.5


@pytest.mark.parametrize("data", [b"", b"not a model", bytes(1000)])
def test_a_file_that_is_not_a_posenet_is_refused(data: bytes):
    with pytest.raises(ModelError, match=r"junk.tflite is not a PoseNet"):
        without_decoder(data, "junk.tflite")
