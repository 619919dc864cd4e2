"""Files with the movements of sessions: their format, their age, and their end."""

import gzip
import json
import os
import struct
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from hiitpi.errors import RecordsError
from hiitpi.records import replays
from hiitpi.records.replays import DAY_S, FOLDER, Replay, ReplayFolder, read_replay

NOW = 1_800_000_000.0
REPLAY = Replay({"times": [0.0, 0.1]}, struct.pack("<68h", *range(68)), bytes(range(34)))


def all_of(uuids: Collection[str]) -> Collection[str]:
    """Say that all sessions are in the database."""
    return uuids


@pytest.fixture
def folder(tmp_path: Path) -> ReplayFolder:
    return ReplayFolder(tmp_path, 30, lambda: NOW)


def write(folder: ReplayFolder, days_old: float = 0.0) -> str:
    """Write a replay, and return its session."""
    uuid = str(uuid4())
    folder.write(uuid, REPLAY)
    path = folder.path(uuid)
    assert path
    os.utime(path, (NOW - days_old * DAY_S,) * 2)
    return uuid


def test_a_file_has_header_joints_and_scores(folder: ReplayFolder):
    path = folder.path(write(folder))
    assert path
    content = gzip.decompress(path.read_bytes())
    length = int.from_bytes(content[:4], "little")
    assert length % 4 == 0
    assert json.loads(content[4 : 4 + length]) == {"version": 1, "times": [0.0, 0.1]}
    assert content[4 + length :] == REPLAY.xy + REPLAY.scores


def test_there_is_no_path_without_a_file_or_a_uuid(folder: ReplayFolder):
    for text in ("", "../../etc/passwd", str(uuid4()), "x" * 1000):
        assert folder.path(text) is None
    uuid = write(folder)
    assert folder.path(uuid.upper()) == folder.path(uuid)


def test_old_ones_are_deleted(folder: ReplayFolder):
    old, new = write(folder, 31), write(folder, 29)
    folder.prune(all_of)
    assert folder.path(old) is None
    assert folder.path(new)


def test_those_of_deleted_sessions_are_deleted(folder: ReplayFolder):
    kept, waiting, gone = write(folder), write(folder), write(folder)
    folder.prune(lambda uuids: {kept}, waiting=[waiting])
    assert folder.path(kept)
    assert folder.path(waiting)
    assert folder.path(gone) is None


def test_the_oldest_are_deleted_if_there_are_too_many(
    folder: ReplayFolder, monkeypatch: pytest.MonkeyPatch
):
    uuids = [write(folder, days) for days in (3, 1, 2)]
    path = folder.path(uuids[0])
    assert path
    monkeypatch.setattr(replays, "MAX_TOTAL_BYTES", 2 * path.stat().st_size)
    folder.prune(all_of)
    assert [bool(folder.path(uuid)) for uuid in uuids] == [False, True, True]


def test_nothing_is_kept_if_it_is_switched_off(tmp_path: Path):
    folder = ReplayFolder(tmp_path, 0, lambda: NOW)
    assert not folder.enabled
    uuid = write(folder, 0.01)
    folder.prune(all_of)
    assert folder.path(uuid) is None


def test_a_file_of_somebody_else_is_left_alone(folder: ReplayFolder, tmp_path: Path):
    uuid = write(folder)
    stranger = tmp_path / FOLDER / "copy of mine.replay"
    stranger.write_text("x")
    folder.prune(lambda uuids: [u for u in uuids if u == uuid])
    assert stranger.exists()
    assert folder.path(uuid)


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "empty"])
def test_a_damaged_file_is_explained(folder: ReplayFolder, damage: str):
    path = folder.path(write(folder))
    assert path
    assert read_replay(path) == replace(REPLAY, header={"version": 1, **REPLAY.header})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    cut = path.read_bytes()[:-20]
    path.write_bytes({"cut": cut, "flipped": content, "text": b"hello", "empty": b""}[damage])
    with pytest.raises(RecordsError, match="is not a replay"):
        read_replay(path)


def test_an_empty_folder_asks_nobody(tmp_path: Path):
    def fail(uuids: Collection[str]) -> Collection[str]:
        raise AssertionError

    ReplayFolder(tmp_path, 30, lambda: NOW).prune(fail)
    assert not (tmp_path / FOLDER).exists()
