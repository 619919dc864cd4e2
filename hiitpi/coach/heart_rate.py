"""Heart rates: the usual maximum at an age, training zones, and energy. In beats per minute."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Sex = Literal["female", "male"]

#: Lower bounds of the five zones, as fractions of the maximum heart rate, lowest first. Edwards, S.
#: (1993), "The Heart Rate Monitor Book"; watches and straps use the same.
ZONE_BOUNDS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
ZONE_NAMES: Final = ("very light", "light", "moderate", "hard", "maximum")

#: Maximum heart rate by age, in years: Tanaka, H., Monahan, K. D., Seals, D. R. (2001), "Age-
#: predicted maximal heart rate revisited", J Am Coll Cardiol 37:153-156. For a single person it is
#: off by about 10 beats either way.
TANAKA: Final = (208.0, -0.7)

#: Energy in kJ per minute: intercept, and factors of the heart rate, the weight in kg and the age
#: in years. Keytel, L. R. et al. (2005), "Prediction of energy expenditure from heart rate
#: monitoring during submaximal exercise", J Sports Sci 23:289-297, model without VO2max.
KEYTEL: Final[dict[Sex, tuple[float, float, float, float]]] = {
    "female": (-20.4022, 0.4472, -0.1263, 0.074),
    "male": (-55.0969, 0.6309, 0.1988, 0.2017),
}

KJ_PER_KCAL: Final = 4.184


@dataclass(frozen=True, slots=True)
class Body:
    """What a player has said about themselves; None where nothing was said.

    Attributes:
        birth_year: year of birth.
        sex: as the formula for energy wants it.
        weight_kg: body weight in kg.
        max_heart_rate: measured maximum heart rate, which replaces the usual one at that age.
    """

    birth_year: int | None = None
    sex: Sex | None = None
    weight_kg: float | None = None
    max_heart_rate: int | None = None

    def highest(self, year: int) -> int | None:
        """Return the maximum heart rate in a year; None if neither it nor the age is known."""
        if self.max_heart_rate is not None or self.birth_year is None:
            return self.max_heart_rate
        intercept, slope = TANAKA
        return round(intercept + slope * (year - self.birth_year))

    def kilocalories(self, heart_rates: Iterable[int], year: int) -> float | None:
        """Return the energy spent, by Keytel's formula.

        Args:
            heart_rates: the heart rate of each second; 0 where it is not known, which adds nothing.
            year: the year, from which the age follows.

        Returns:
            kcal; None if age, sex or weight are not known.
        """
        if self.birth_year is None or self.sex is None or self.weight_kg is None:
            return None
        intercept, per_beat, per_kg, per_year = KEYTEL[self.sex]
        constant = intercept + per_kg * self.weight_kg + per_year * (year - self.birth_year)
        # At rest, outside the range for which it was made, the formula may become negative.
        per_minute = (max(0.0, constant + per_beat * bpm) for bpm in heart_rates if bpm)
        return sum(per_minute) / 60 / KJ_PER_KCAL


def zone(bpm: int, highest: int | None) -> int | None:
    """Return the zone of a heart rate, 1 to 5; 0 below them; None if the maximum is not known."""
    if highest is None:
        return None
    return sum(bpm >= bound * highest for bound in ZONE_BOUNDS)


def seconds_in_zones(heart_rates: Iterable[int], highest: int) -> list[int]:
    """Return the seconds spent in each of the five zones, lowest first.

    Args:
        heart_rates: the heart rate of each second; 0 where it is not known.
        highest: the maximum heart rate.
    """
    seconds = [0] * (len(ZONE_BOUNDS) + 1)
    for bpm in heart_rates:
        seconds[zone(bpm, highest) or 0] += 1
    return seconds[1:]


def mean(heart_rates: Sequence[int]) -> int | None:
    """Return the mean of the heart rates that are known (not 0); None if none is."""
    known = [bpm for bpm in heart_rates if bpm]
    return round(sum(known) / len(known)) if known else None
