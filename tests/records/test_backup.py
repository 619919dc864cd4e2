"""Backup and restore of databases, also between SQLite and PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hiitpi.errors import RecordsError
from hiitpi.records import backup as module
from hiitpi.records.backup import backup, restore
from hiitpi.records.sessions import Store
from tests.support.session_factory import history, record, totals


def test_restore_returns_to_the_state_of_the_backup(store: Store, tmp_path: Path):
    session, later_session = record(), record(player="Bob")
    store.save(session)
    file = tmp_path / "backup.sqlite"
    assert backup(store, file) == 1
    store.save(later_session)
    restored, previous = restore(store, file, tmp_path)
    assert restored == 1
    assert store.session(session.uuid) == session
    assert [s.uuid for s in history(store, "Ada")] == [session.uuid]
    assert totals(store) == [("Ada", "squat", 2)]
    store.players.create_player("Cy", "#4da3ff")  # new ids follow the restored ones
    assert restore(store, previous, tmp_path)[0] == 2
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 2)]


def test_a_backup_can_be_restored_to_another_kind_of_database(
    new_url: Callable[[], str], tmp_path: Path
):
    source, target = Store(f"sqlite:///{tmp_path / 'source.sqlite'}"), Store(new_url())
    session = record()
    source.save(session)
    backup(source, tmp_path / "b")
    restore(target, tmp_path / "b", tmp_path)
    assert target.session(session.uuid) == session
    for store in (source, target):
        store.close()


def test_an_existing_file_is_not_overwritten(store: Store, tmp_path: Path):
    file = tmp_path / "existing"
    file.write_text("mine")
    with pytest.raises(RecordsError, match="already exists"):
        backup(store, file)
    assert file.read_text() == "mine"
    with pytest.raises(RecordsError, match="cannot be written"):
        backup(store, tmp_path / "nowhere" / "b")


def test_a_failed_restore_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store.save(record())
    backup(store, tmp_path / "b")
    store.save(record(player="Bob"))
    real_copy = module._copy

    def copy_to_full_disk(source, target):
        if target.connection().engine.url == store.database.engine.url:  # not the backup
            raise RecordsError("The disk is full.")
        return real_copy(source, target)

    monkeypatch.setattr(module, "_copy", copy_to_full_disk)
    with pytest.raises(RecordsError, match="full"):
        restore(store, tmp_path / "b", tmp_path)
    assert totals(store) == [("Ada", "squat", 2), ("Bob", "squat", 2)]


def test_restore_stops_if_the_current_database_cannot_be_backed_up(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The database is intact and only the disk is full, so it is not moved aside as damaged."""
    store.save(record())
    backup(store, tmp_path / "b")

    def backup_to_full_disk(store, path):
        raise RecordsError("The disk is full.")

    monkeypatch.setattr(module, "backup", backup_to_full_disk)
    with pytest.raises(RecordsError, match="full"):
        restore(store, tmp_path / "b", tmp_path)
    assert totals(store) == [("Ada", "squat", 2)]
    assert not list(tmp_path.glob("damaged-*"))


@pytest.mark.parametrize("content", [b"", b"junk" * 1000])
def test_an_invalid_backup_is_refused_and_changes_nothing(
    store: Store, tmp_path: Path, content: bytes
):
    store.save(record())
    file = tmp_path / "junk"
    file.write_bytes(content)
    with pytest.raises(RecordsError, match="not a backup"):
        restore(store, file, tmp_path)
    with pytest.raises(RecordsError, match="no file"):
        restore(store, tmp_path / "nothing", tmp_path)
    assert totals(store) == [("Ada", "squat", 2)]


def test_a_damaged_database_is_kept_and_replaced(tmp_path: Path):
    path = tmp_path / "hiitpi.sqlite"
    store = Store(f"sqlite:///{path}")
    session = record()
    store.save(session)
    backup(store, tmp_path / "b")
    store.close()
    path.write_bytes(b"damaged" * 1000)
    store = Store(f"sqlite:///{path}")
    with pytest.raises(RecordsError, match="restore FILE"):
        store.session(session.uuid)
    _, previous = restore(store, tmp_path / "b", tmp_path)
    assert previous.read_bytes() == b"damaged" * 1000
    assert store.session(session.uuid) == session
    store.close()


def test_a_restore_leaves_tokens_and_webhooks_alone(store: Store, tmp_path: Path):
    """Otherwise revoked tokens would be valid again, and messages would be sent again."""
    revoked = store.api_tokens.add("revoked", "control")
    store.webhooks.add("https://example.org/deleted")
    store.save(record())
    backup(store, tmp_path / "backup.sqlite")
    store.api_tokens.revoke(store.api_tokens.find(revoked).id)
    (webhook,) = store.webhooks.all()
    store.webhooks.delete(webhook.id)
    kept = store.api_tokens.add("kept", "read")
    other = store.webhooks.add("https://example.org/kept")
    restore(store, tmp_path / "backup.sqlite", tmp_path)
    assert store.api_tokens.find(revoked) is None
    assert store.api_tokens.find(kept).name == "kept"
    assert (store.webhooks.all(), store.webhooks.deliveries(10)) == ([other], [])
    assert len(history(store, "Ada")) == 1
