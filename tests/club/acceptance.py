"""A head-to-head of all stations of a club while cables are cut: is any repetition lost or doubled?

`python -m tests.club.acceptance --stations 8 --seconds 120 --cut 60 --delay 0.04 --loss 0.02`
prints what was seen, and fails if anything was not as it should be. A cut needs root, for
namespaces.
"""

import argparse
import math
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from hiitpi.coach.session.program import for_seconds
from hiitpi.web.club.head_to_head import standings
from tests.club.cluster import Hall, hall, until


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Attributes:
        stations: how many.
        seconds: that everybody trains.
        cut: seconds for which the first station's cable is cut, from a quarter of them on.
        network: delay, jitter and loss of the cables; None: all on loopback, and no cut.
    """

    stations: int
    seconds: float
    cut: float = 0.0
    network: tuple[float, float, float] | None = None


def run(trial: Trial) -> dict[str, float]:
    """Try it; the figures.

    Raises:
        AssertionError: a repetition was lost or doubled, or something did not work.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hiitpi-club-") as folder,
        hall(Path(folder), trial.stations, trial.network) as club,
    ):
        return _tried(club, trial)


def _tried(club: Hall, trial: Trial) -> dict[str, float]:
    match = club.begin(for_seconds("jumping_jacks", trial.seconds))
    names = [place.name for place in club.places]

    def started(name: str) -> list[float]:
        return [e["time"] for e in club.events(name, "phase") if e["text"] == "work"]

    until(lambda: all(started(name) for name in names), 60, "not everybody has begun")
    begun = [started(name)[0] for name in names]
    figures = {"start_spread_s": max(begun) - min(begun)}
    if trial.cut:
        time.sleep(trial.seconds / 4)
        figures |= _cut(club, trial)
    until(lambda: _all_in(club, match.id, names), trial.seconds + trial.cut + 60, "not all are in")
    results = club.results(match)
    until(
        lambda: all(len(club.events(n, "rep")) >= results[n].reps for n in names), 20,
        "the club was not told of every repetition",
    )  # fmt: skip
    for place in club.places:
        record = results[place.name]
        numbers = list(range(1, record.reps + 1))
        assert [rep.number for rep in record.series] == numbers, f"{place.name}: the record"
        told = [event["rep"]["number"] for event in club.events(place.name, "rep")]
        assert told == numbers, f"{place.name}: what the club was told"
        assert len(club.events(place.name, "finished")) == 1
        # The one that was under way at Go does not count, nor the one that is under way at the end.
        ideal = place.pace * trial.seconds / 60
        told_true = math.floor(ideal) - 1 <= record.reps <= math.ceil(ideal)
        assert told_true, f"{place.name}: {record.reps} of {ideal:.1f}"
        assert record.status == "finished"
    # By those bounds nobody has more than the quickest, but the next one may have as many.
    first = [one.side.station for one in standings(match, results.values()) if one.place == 1]
    assert names[-1] in first
    return {**figures, "repetitions": sum(one.reps for one in results.values())}


def _cut(club: Hall, trial: Trial) -> dict[str, float]:
    """Cut the first station off, and mend the cable; how soon the pages knew."""
    station = club.stations.get(club.places[0].name)
    assert station is not None
    told = len(club.events(station.name, "rep"))
    club.say("cut", 1)
    began = time.monotonic()
    noticed = until(lambda: not station.bus.here(), 15, "nobody noticed the cut")
    time.sleep(max(0.0, trial.cut - (time.monotonic() - began)))
    missed = len(club.events(station.name, "rep"))
    assert missed <= told + 3  # nothing comes through a cable that is cut
    club.say("mend", 1)
    back = until(station.bus.here, 30, "the station does not come back")
    return {"noticed_s": noticed, "back_s": back}


def _all_in(club: Hall, match: str, names: list[str]) -> bool:
    ended = {one.station for one in club.store.match(match) if one.status != "active"}
    return ended == set(names)


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--cut", type=float, default=0, help="seconds")
    parser.add_argument("--delay", type=float, default=0, help="of a cable, one way, seconds")
    parser.add_argument("--loss", type=float, default=0, help="of packets, 0 to 1")
    given = parser.parse_args()
    bad = given.cut or given.delay or given.loss
    network = (given.delay, given.delay / 4, given.loss) if bad else None
    for name, value in run(Trial(given.stations, given.seconds, given.cut, network)).items():
        print(f"{name:<16} {value:8.3f}")


if __name__ == "__main__":
    main()
