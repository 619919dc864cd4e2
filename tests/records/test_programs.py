from dataclasses import replace

import pytest

from hiitpi.coach.session.program import SHIPPED_PROGRAMS, free
from hiitpi.errors import RecordsError
from hiitpi.records.programs import ProgramRepository
from hiitpi.records.sessions import Store


@pytest.fixture
def programs(store: Store) -> ProgramRepository:
    return store.programs


def test_programs_are_kept_changed_and_dropped(programs: ProgramRepository):
    number = programs.save(SHIPPED_PROGRAMS[0])
    other = programs.save(replace(SHIPPED_PROGRAMS[1], name="Zum Aufwärmen 😀"))
    assert [kept.program for kept in programs.all()] == [
        SHIPPED_PROGRAMS[0],
        replace(SHIPPED_PROGRAMS[1], name="Zum Aufwärmen 😀"),
    ]
    assert programs.save(replace(SHIPPED_PROGRAMS[4], name="Another"), number) == number
    assert programs.get(number) == replace(SHIPPED_PROGRAMS[4], name="Another")
    assert programs.delete(other) == replace(SHIPPED_PROGRAMS[1], name="Zum Aufwärmen 😀")
    assert programs.delete(other) is None
    assert programs.get(other) is None


def test_two_programs_of_one_name_are_refused(programs: ProgramRepository):
    programs.save(SHIPPED_PROGRAMS[0])
    with pytest.raises(RecordsError, match="already"):
        programs.save(replace(SHIPPED_PROGRAMS[1], name=SHIPPED_PROGRAMS[0].name.upper()))


def test_there_is_an_end_to_programs(programs: ProgramRepository, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hiitpi.records.programs.MAX_PROGRAMS", 3)
    for i in range(3):
        programs.save(replace(free("squat"), name=f"p{i}"))
    with pytest.raises(RecordsError, match="Delete one"):
        programs.save(replace(free("squat"), name="one more"))
