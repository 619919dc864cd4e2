from collections.abc import Callable
from pathlib import Path

import pytest

from hiitpi.errors import RecordsError
from hiitpi.records import backup as module
from hiitpi.records.backup import backup, restore
from hiitpi.records.sessions import Store
from tests.support.session_factory import history, record, totals


def test_there_and_back(store: Store, tmp_path: Path):
    one, later = record(), record(player="Bob")
    store.save(one)
    file = tmp_path / "backup.sqlite"
    assert backup(store, file) == 1
    store.save(later)
    sessions, kept = restore(store, file, tmp_path)
    assert sessions == 1
    assert store.session(one.uuid) == one
    assert [s.uuid for s in history(store, "Ada")] == [one.uuid]
    assert totals(store) == [("Ada", "squat", 2)]
    store.players.create_player("Cy", "#4da3ff")  # numbers go on after those that came back
    assert restore(store, kept, tmp_path)[0] == 2
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 2)]


def test_from_one_kind_of_database_to_another(new_url: Callable[[], str], tmp_path: Path):
    here, there = Store(f"sqlite:///{tmp_path / 'here.sqlite'}"), Store(new_url())
    one = record()
    here.save(one)
    backup(here, tmp_path / "b")
    restore(there, tmp_path / "b", tmp_path)
    assert there.session(one.uuid) == one
    for store in (here, there):
        store.close()


def test_a_backup_is_not_written_over(store: Store, tmp_path: Path):
    file = tmp_path / "there"
    file.write_text("mine")
    with pytest.raises(RecordsError, match="already exists"):
        backup(store, file)
    assert file.read_text() == "mine"
    with pytest.raises(RecordsError, match="cannot be written"):
        backup(store, tmp_path / "nowhere" / "b")


def test_a_restore_that_fails_halfway_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store.save(record())
    backup(store, tmp_path / "b")
    store.save(record(player="Bob"))
    real = module._copy

    def full(source, target):
        if target.connection().engine.url == store.database.engine.url:  # not that of the backup
            raise RecordsError("The disk is full.")
        return real(source, target)

    monkeypatch.setattr(module, "_copy", full)
    with pytest.raises(RecordsError, match="full"):
        restore(store, tmp_path / "b", tmp_path)
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 2)]


def test_a_database_that_cannot_be_backed_up_is_not_restored(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It is not damaged, there is only no room: it stays where it is."""
    store.save(record())
    backup(store, tmp_path / "b")

    def full(store, path):
        raise RecordsError("The disk is full.")

    monkeypatch.setattr(module, "backup", full)
    with pytest.raises(RecordsError, match="full"):
        restore(store, tmp_path / "b", tmp_path)
    assert totals(store) == [("Ada", "squat", 2)]
    assert not list(tmp_path.glob("damaged-*"))


@pytest.mark.parametrize("content", [b"", b"junk" * 1000])
def test_what_is_no_backup_changes_nothing(store: Store, tmp_path: Path, content: bytes):
    store.save(record())
    file = tmp_path / "junk"
    file.write_bytes(content)
    with pytest.raises(RecordsError, match="not a backup"):
        restore(store, file, tmp_path)
    with pytest.raises(RecordsError, match="no file"):
        restore(store, tmp_path / "nothing", tmp_path)
    assert totals(store) == [("Ada", "squat", 2)]


def test_a_damaged_record_book_is_kept_and_replaced(tmp_path: Path):
    path = tmp_path / "hiitpi.sqlite"
    store = Store(f"sqlite:///{path}")
    one = record()
    store.save(one)
    backup(store, tmp_path / "b")
    store.close()
    path.write_bytes(b"damaged" * 1000)
    store = Store(f"sqlite:///{path}")
    with pytest.raises(RecordsError, match="restore FILE"):
        store.session(one.uuid)
    _, kept = restore(store, tmp_path / "b", tmp_path)
    assert kept.read_bytes() == b"damaged" * 1000
    assert store.session(one.uuid) == one
    store.close()
