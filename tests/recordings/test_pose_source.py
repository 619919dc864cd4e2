"""Files of keypoints that are none."""

from pathlib import Path

import numpy as np
import pytest

from hiitpi.errors import CameraError, ModelError
from hiitpi.recordings.pose_source import poses_of_npz


@pytest.mark.parametrize(
    "content", [b"", b"junk" * 100, b"PK\x03\x04" + bytes(100), b"\x93NUMPY\x01\x00"]
)
def test_other_files_are_rejected(tmp_path: Path, content: bytes):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(CameraError, match="not a recording"):
        list(poses_of_npz(path, "blazepose"))


def test_a_file_without_the_keypoints_of_the_model_says_what_it_has(tmp_path: Path):
    path = tmp_path / "x.npz"
    np.savez(path, t=np.arange(3.0))
    with pytest.raises(ModelError, match="has no keypoints of 'blazepose', only of no model"):
        list(poses_of_npz(path, "blazepose"))
