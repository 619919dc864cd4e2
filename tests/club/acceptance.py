"""Acceptance test of a club: a head-to-head of all stations while a network cable is cut.

Checks that no repetition is lost or duplicated.

`python -m tests.club.acceptance --stations 8 --seconds 120 --cut 60 --delay 0.04 --loss 0.02`
prints the measurements, and fails if a check fails. A bad network needs root, for namespaces.
"""

import argparse
import math
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from hiitpi.coach.session.program import for_seconds
from hiitpi.web.club.head_to_head import standings
from tests.club.cluster import ClubUnderTest, running_club
from tests.support.waiting import until


@dataclass(frozen=True)
class Trial:
    """Parameters of the test.

    Attributes:
        stations: number of stations.
        seconds: duration of the head-to-head.
        cut: seconds for which the first station's cable is cut, after a quarter of `seconds`.
        network: delay and jitter (seconds) and loss (0 to 1) of the cables; None for loopback,
            which cannot be cut.
    """

    stations: int
    seconds: float
    cut: float = 0.0
    network: tuple[float, float, float] | None = None


def run(trial: Trial) -> dict[str, float]:
    """Run the test and return its measurements.

    Raises:
        AssertionError: a repetition was lost or duplicated, or something else failed.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hiitpi-club-") as folder,
        running_club(Path(folder), trial.stations, trial.network) as club,
    ):
        return _run(club, trial)


def _run(club: ClubUnderTest, trial: Trial) -> dict[str, float]:
    match = club.begin(for_seconds("jumping_jacks", trial.seconds))
    names = [member.name for member in club.members]

    def work_starts(name: str) -> list[float]:
        return [e["time"] for e in club.events(name, "phase") if e["text"] == "work"]

    until(lambda: all(work_starts(name) for name in names), 60, "not all stations have started")
    starts = [work_starts(name)[0] for name in names]
    figures = {"start_spread_s": max(starts) - min(starts)}
    if trial.cut:
        time.sleep(trial.seconds / 4)
        figures |= _cut(club, trial)
    until(
        lambda: _all_stored(club, match.id, names), trial.seconds + trial.cut + 60,
        "not all sessions were stored",
    )  # fmt: skip
    results = club.results(match)
    until(
        lambda: all(len(club.events(n, "rep")) >= results[n].reps for n in names), 20,
        "the club did not receive every repetition",
    )  # fmt: skip
    for member in club.members:
        record = results[member.name]
        numbers = list(range(1, record.reps + 1))
        assert [rep.number for rep in record.series] == numbers, f"{member.name}: database"
        received = [event["rep"]["number"] for event in club.events(member.name, "rep")]
        assert received == numbers, f"{member.name}: events"
        assert len(club.events(member.name, "finished")) == 1
        # Repetitions that are incomplete at the Go or at the end do not count.
        ideal = member.pace * trial.seconds / 60
        plausible = math.floor(ideal) - 1 <= record.reps <= math.ceil(ideal)
        assert plausible, f"{member.name}: {record.reps} of {ideal:.1f}"
        assert record.status == "finished"
    # Within these bounds nobody can beat the fastest station, but the second may tie with it.
    winners = [s.side.station for s in standings(match, results.values()) if s.place == 1]
    assert names[-1] in winners
    return {**figures, "repetitions": sum(record.reps for record in results.values())}


def _cut(club: ClubUnderTest, trial: Trial) -> dict[str, float]:
    """Cut and restore the first station's cable; return how soon the pages noticed each."""
    station = club.stations.get(club.members[0].name)
    assert station is not None
    before = len(club.events(station.name, "rep"))
    club.send_netem("cut", 1)
    began = time.monotonic()
    noticed = until(lambda: not station.bus.is_online(), 15, "nobody noticed the cut")
    time.sleep(max(0.0, trial.cut - (time.monotonic() - began)))
    during_cut = len(club.events(station.name, "rep"))
    assert during_cut <= before + 3  # nothing gets through while the cable is cut
    club.send_netem("mend", 1)
    back = until(station.bus.is_online, 30, "the station does not come back")
    return {"noticed_s": noticed, "back_s": back}


def _all_stored(club: ClubUnderTest, match: str, names: list[str]) -> bool:
    ended = {record.station for record in club.store.match(match) if record.status != "active"}
    return ended == set(names)


def main() -> None:
    """Run the test with the options of the command line, and print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--cut", type=float, default=0, help="duration of the cut, seconds")
    parser.add_argument("--delay", type=float, default=0, help="one-way delay, seconds")
    parser.add_argument("--loss", type=float, default=0, help="packet loss, 0 to 1")
    options = parser.parse_args()
    impaired = options.cut or options.delay or options.loss
    network = (options.delay, options.delay / 4, options.loss) if impaired else None
    trial = Trial(options.stations, options.seconds, options.cut, network)
    for name, value in run(trial).items():
        print(f"{name:<16} {value:8.3f}")


if __name__ == "__main__":
    main()
