"""The stored programs of the household."""

from dataclasses import replace

import pytest

from hiitpi.coach.session.program import SHIPPED_PROGRAMS, free
from hiitpi.errors import RecordsError
from hiitpi.records.programs import ProgramRepository
from hiitpi.records.sessions import Store


@pytest.fixture
def programs(store: Store) -> ProgramRepository:
    return store.programs


def test_programs_are_saved_changed_and_deleted(programs: ProgramRepository):
    program_id = programs.save(SHIPPED_PROGRAMS[0])
    other_id = programs.save(replace(SHIPPED_PROGRAMS[1], name="Zum Aufwärmen 😀"))
    assert [stored.program for stored in programs.all()] == [
        SHIPPED_PROGRAMS[0],
        replace(SHIPPED_PROGRAMS[1], name="Zum Aufwärmen 😀"),
    ]
    assert programs.save(replace(SHIPPED_PROGRAMS[4], name="Another"), program_id) == program_id
    assert programs.get(program_id) == replace(SHIPPED_PROGRAMS[4], name="Another")
    assert programs.delete(other_id) == replace(SHIPPED_PROGRAMS[1], name="Zum Aufwärmen 😀")
    assert programs.delete(other_id) is None
    assert programs.get(other_id) is None


def test_a_second_program_of_the_same_name_is_refused(programs: ProgramRepository):
    programs.save(SHIPPED_PROGRAMS[0])
    with pytest.raises(RecordsError, match="already"):
        programs.save(replace(SHIPPED_PROGRAMS[1], name=SHIPPED_PROGRAMS[0].name.upper()))


def test_the_number_of_programs_is_limited(
    programs: ProgramRepository, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hiitpi.records.programs.MAX_PROGRAMS", 3)
    for i in range(3):
        programs.save(replace(free("squat"), name=f"p{i}"))
    with pytest.raises(RecordsError, match="Delete one"):
        programs.save(replace(free("squat"), name="one more"))
