"""A workout as it was understood from an example, and the file that says so."""

import re
from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from hiitpi.coach.teaching.vocabulary import BY_NAME
from hiitpi.errors import WorkoutError

Sign = Literal["<", ">"]
View = Literal["front", "side", "any"]
Text = Annotated[str, Field(min_length=1, max_length=60)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Clauses = tuple["Clause", ...]

#: Cues for somebody who does not lead with one side far enough.
_LEAD: Final = 'ahead({word}, says=("One side at a time", "One side at a time"))'


@dataclass(frozen=True)
class Clause:
    """A condition on a word of the vocabulary.

    Attributes:
        word: name of the word.
        sign: the comparison.
        threshold: the threshold, in the unit of its measure.
        lead: whether it is the lead of one side over the other instead of the value.
    """

    word: Text
    sign: Sign
    threshold: Number
    lead: bool = False

    @property
    def name(self) -> str:
        """Name of the measure in the file."""
        return f"{self.word}_lead" if self.lead else self.word

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {_number(self.threshold)}"


@dataclass(frozen=True)
class Draft:
    """A workout.

    Attributes:
        name: display name.
        view: the side that the athlete shows to the camera.
        states: name and conditions of each state; one for a hold.
        throughout: what must hold all the time.
        signal: word of the signal.
        full_range: lowest and highest value of measures, by word.
        shortest, longest: limits of a repetition in seconds.
        pace: repetitions per minute.
        each_side, floor, hands: see `hiitpi.coach.rules.workout.Workout`.
        shown: repetitions, or seconds of a hold, in the example.
        about: the sentences of the docstring, with what was measured.
    """

    name: Text
    view: View
    states: tuple[tuple[Text, Clauses], ...]
    throughout: Clauses
    signal: Text
    full_range: dict[Text, tuple[Number, Number]]
    shortest: Number
    longest: Number
    pace: Number
    each_side: bool
    floor: bool
    hands: tuple[str, ...] = ()
    shown: int = 0
    about: tuple[str, ...] = ()

    @property
    def signal_counts(self) -> bool:
        """Whether the two thresholds of the signal tell how a movement counts."""
        return len(self.states) == 2 and not self.each_side

    def data(self) -> dict[str, Any]:
        """Return the draft as plain data for `parse_draft`."""
        return asdict(self)

    def text(self) -> str:
        """Return the workout file; `hiitpi.coach.rules.workout_text` reads it.

        Raises:
            WorkoutError: the vocabulary does not have one of the words.
        """
        return "\n".join([*self._head(), *self._measures(), "", *self._workout(), ""])

    def _clauses(self) -> list[Clause]:
        return [*(c for _, clauses in self.states for c in clauses), *self.throughout]

    def _words(self) -> list[str]:
        words = dict.fromkeys([self.signal, *(c.word for c in self._clauses()), *self.full_range])
        unknown = [word for word in words if word not in BY_NAME]
        if unknown:
            raise WorkoutError(f"There is no measure {unknown[0]!r}.")
        return list(words)

    def _head(self) -> list[str]:
        first, *others = self.about or (f"{self.name}.",)
        texts = [BY_NAME[word].text for word in self._words()]
        used = {name for text in texts for name in re.findall(r"\w+(?=\()", text)}
        used |= {"State", "Workout"} | {"ahead" for clause in self._clauses() if clause.lead}
        docstring = [f'"""{first}', *([""] * bool(others)), *others, '"""']
        imports = [f"    {name}," for name in sorted(used)]
        return [*docstring, "", "from hiitpi.coach import (", *imports, ")", ""]

    def _measures(self) -> list[str]:
        lines = []
        leads = {clause.word for clause in self._clauses() if clause.lead}
        for word in self._words():
            text = BY_NAME[word].text
            if word == self.signal:  # without it nothing can be counted
                text = text.replace(", needed=False", "")
            lines.append(f"{word} = {text}")
            if word in leads:
                lines.append(f"{word}_lead = {_LEAD.format(word=word)}")
        return lines

    def _workout(self) -> list[str]:
        ranges = ", ".join(
            f"{word}: ({_number(low)}, {_number(high)})"
            for word, (low, high) in self.full_range.items()
        )
        lines = [
            "workout = Workout(",
            f"    name={_quoted(self.name)},",
            f'    view="{self.view}",',
        ]
        lines += ["    states=("]
        for name, clauses in self.states:
            lines.append(f"        State({_quoted(name)}, {', '.join(map(str, clauses))}),")
        lines.append("    ),")
        if self.throughout:
            lines.append(f"    throughout=({', '.join(map(str, self.throughout))},),")
        lines += [f"    full_range={{{ranges}}},", f"    signal={self.signal},"]
        lines += [
            f"    shortest={_number(self.shortest)},",
            f"    longest={_number(self.longest)},",
        ]
        lines += [f"    pace={max(1, round(self.pace))},"]
        lines += ["    each_side=True,"] * self.each_side + ["    floor=True,"] * self.floor
        if self.hands:
            lines.append(f"    hands=({', '.join(map(_quoted, self.hands))},),")
        return [*lines, ")"]


_DRAFT: Final = TypeAdapter(Draft)


def parse_draft(data: Any) -> Draft:
    """Validate plain data as a draft.

    Raises:
        WorkoutError: it is not one.
    """
    try:
        return _DRAFT.validate_python(data)
    except ValidationError as error:
        raise WorkoutError(
            f"This is not a draft of a workout: {error.errors()[0]['msg']}."
        ) from None


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) >= 1e-3 else "0"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
