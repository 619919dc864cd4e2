"""Reads a workout file as data: the few forms that such files need, and nothing is executed.

Workouts that players teach are stored and exchanged as text. It looks like the files in `workouts/`
and can be put there, but where it comes from a page or another house, this reader interprets it.
"""

import ast
import inspect
import math
from collections.abc import Callable
from typing import Any, Final, Never

from hiitpi.coach.rules import measure, measures, postures
from hiitpi.coach.rules.body import BODY_LENGTHS, FLOOR_JOINTS, BodyTracker
from hiitpi.coach.rules.measure import Measure
from hiitpi.coach.rules.referee import Referee
from hiitpi.coach.rules.workout import State, Workout
from hiitpi.errors import WorkoutError
from hiitpi.pose.keypoints import SIDES, Keypoint

#: Limits of a file; generous for workouts as they are.
MAX_CHARS: Final = 8000
MAX_TEXT: Final = 120
MAX_CALLS: Final = 60
MAX_DEPTH: Final = 6

#: What a file may call.
FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        measure.ahead, measure.larger, measure.require_visible, measure.smaller,
        measures.angle, measures.arch, measures.hand_travel, measures.height, measures.lean,
        measures.reach, measures.rise, measures.shift, measures.split, measures.spread,
        measures.step, measures.tap, measures.travel,
        postures.as_from_the_side, postures.curl, postures.curl_left, postures.press,
        postures.squat_depth, postures.stature, postures.trunk_lean_lying,
        postures.unless_leaning_on_hands,
        State, Workout,
    )
}  # fmt: skip

#: Where the arguments of a function are names of joints, or of lengths of the body.
_JOINTS: Final = frozenset(SIDES)
_NAMED: Final = {"per": frozenset(BODY_LENGTHS), "over": _JOINTS, "to": _JOINTS}

#: Arguments of `Workout` that a file can set, and what they must be.
_WORKOUT_FIELDS: Final[dict[str, Callable[[Any], bool]]] = {
    "name": lambda v: isinstance(v, str) and 0 < len(v.strip()) <= 60,
    "view": lambda v: v in ("front", "side", "any"),
    "states": lambda v: _all(v, State) and 0 < len(v) <= 6,
    "signal": lambda v: isinstance(v, Measure),
    "full_range": lambda v: isinstance(v, dict) and all(_is_range(r) for r in v.values()),
    "throughout": lambda v: _all(v, measure.Condition),
    "lowering": lambda v: v in (None, "out", "back"),
    "shortest": lambda v: _is_number(v) and 0 <= v <= 60,
    "longest": lambda v: _is_number(v) and 0 < v <= 600,
    "pace": lambda v: _is_number(v) and 0 < v <= 600,
    "each_side": lambda v: isinstance(v, bool),
    "floor": lambda v: isinstance(v, bool),
    "hands": lambda v: isinstance(v, tuple) and set(v) <= {"overhead", "one up"},
}


def read_workout(text: str) -> Workout:
    """Return the workout that a file describes.

    Raises:
        WorkoutError: it is not such a file; the message says what is wrong, and in which line.
    """
    if len(text) > MAX_CHARS:
        raise WorkoutError(f"This file is too long for a workout: {len(text)} characters.")
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f"line {line}: " if line else ""
        raise WorkoutError(f"This is not a workout file: {where}{_reason(error)}.") from None
    reader = _Reader()
    for statement in module.body:
        reader.execute(statement)
    workout = reader.names.get("workout")
    if not isinstance(workout, Workout):
        raise WorkoutError("This is not a workout file: it has no line workout = Workout(…).")
    _try(workout)
    return workout


def read_measure(text: str) -> Measure:
    """Return the measure that an expression of a workout file describes.

    Raises:
        WorkoutError: it is not a measure.
    """
    value = _Reader().value(ast.parse(text, mode="eval").body)
    if not isinstance(value, Measure):
        raise WorkoutError(f"This is not a measure: {text}")
    return value


class _Reader:
    """Interprets the statements of a file.

    Attributes:
        names: the values assigned so far.
    """

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self._calls = 0

    def execute(self, node: ast.stmt) -> None:
        """Interpret a statement: the docstring, an import, or `name = value`."""
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # the docstring
        if isinstance(node, ast.ImportFrom) and node.module == "hiitpi.coach" and not node.level:
            unknown = [a.name for a in node.names if a.name not in FUNCTIONS or a.asname]
            if unknown:
                _refuse(node, f"{unknown[0]} cannot be used in a workout")
            return
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id not in FUNCTIONS:
                self.names[target.id] = self.value(node.value)
                return
        _refuse(node, "only names = values are allowed here")

    def value(self, node: ast.expr, depth: int = 0) -> Any:
        """Return the value of an expression; `depth` is how deeply it is nested."""
        if depth > MAX_DEPTH:
            _refuse(node, "this is nested too deeply")
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.value(node.operand, depth + 1)
            return -value if _is_number(value) else _refuse(node, "only a number can be negative")
        if isinstance(node, ast.Name):
            known = node.id in self.names
            return self.names[node.id] if known else _refuse(node, f"{node.id} is not defined")
        if isinstance(node, ast.Tuple):
            return tuple(self.value(item, depth + 1) for item in node.elts)
        if isinstance(node, ast.Dict):
            return self._range(node, depth)
        if isinstance(node, ast.Compare):
            return self._condition(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        return _refuse(node, "this cannot be used in a workout")

    def _constant(self, node: ast.Constant) -> Any:
        value = node.value
        if isinstance(value, str):
            if len(value) > MAX_TEXT or not value.isprintable():
                _refuse(node, f"texts have up to {MAX_TEXT} printable characters")
        elif not (value is None or isinstance(value, bool) or _is_number(value)):
            _refuse(node, "this value cannot be used in a workout")
        return value

    def _range(self, node: ast.Dict, depth: int) -> dict[Measure, Any]:
        values = {}
        for key, item in zip(node.keys, node.values, strict=True):
            measured = self.value(key, depth + 1) if key else None
            if not isinstance(measured, Measure):
                _refuse(node, "a full range belongs to a measure")
            values[measured] = self.value(item, depth + 1)
        return values

    def _condition(self, node: ast.Compare, depth: int) -> measure.Condition:
        measured = self.value(node.left, depth + 1)
        threshold = self.value(node.comparators[0], depth + 1)
        comparison = node.ops[0]
        if (
            len(node.ops) != 1
            or not isinstance(measured, Measure)
            or not _is_number(threshold)
            or not isinstance(comparison, ast.Lt | ast.Gt)
        ):
            _refuse(node, "a condition is a measure < or > a number")
        return measured < threshold if isinstance(comparison, ast.Lt) else measured > threshold

    def _call(self, node: ast.Call, depth: int) -> Any:
        self._calls += 1
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or self._calls > MAX_CALLS:
            _refuse(node, f"{name or 'this'} cannot be used in a workout")
        if any(keyword.arg is None for keyword in node.keywords):
            _refuse(node, "** cannot be used in a workout")
        arguments = [self.value(item, depth + 1) for item in node.args]
        named = {str(k.arg): self.value(k.value, depth + 1) for k in node.keywords}
        function = FUNCTIONS[name]
        try:
            bound = inspect.signature(function).bind(*arguments, **named)
        except TypeError as error:
            _refuse(node, f"{name}: {error}")
        _check_arguments(node, name, bound.arguments)
        try:
            return function(*arguments, **named)
        except (TypeError, ValueError, KeyError, AttributeError, AssertionError) as error:
            _refuse(node, f"{name}: {error}")
        except WorkoutError as error:
            _refuse(node, str(error).rstrip("."))


def _check_arguments(node: ast.Call, name: str, arguments: dict[str, Any]) -> None:
    """Refuse arguments of the wrong kind, which would fail only when a body is measured."""
    if name == "Workout":
        for field, value in arguments.items():
            check = _WORKOUT_FIELDS.get(field)
            if check is None or not check(value):
                _refuse(node, f"{field} of the workout is not valid")
        return
    if name == "State":
        conditions = arguments.get("conditions", ())
        if not isinstance(arguments["name"], str) or not _all(conditions, measure.Condition):
            _refuse(node, "a state has a name and conditions")
        return
    for field, value in arguments.items():
        if not _is_argument(name, field, value):
            _refuse(node, f"{name}: {field} is not valid")


def _is_argument(name: str, field: str, value: Any) -> bool:
    if field in ("measure", "knee"):
        return isinstance(value, Measure) and (
            name not in ("ahead", "larger", "smaller") or value.side is not None
        )
    if field == "says":
        return _all(value, str) and len(value) == 2
    if field == "needed":
        return isinstance(value, bool)
    if field in ("toward", "knee_weight"):
        return _is_number(value) and 0 <= value <= 180
    if name == "rise" and field == "joint":
        return value in FLOOR_JOINTS
    return isinstance(value, str) and value in _NAMED.get(field, _JOINTS)


def _try(workout: Workout) -> None:
    """Let the workout judge a body, so that what fails does not fail in the pipeline."""
    standing: list[Keypoint] = [(100.0 + 7 * i, 50.0 + 20 * i, 0.9) for i in range(17)]
    body, referee = BodyTracker(), Referee(workout)
    try:
        for i in range(3):
            body.update(standing, i / 10)
            referee.update(body, i / 10)
    except Exception as error:
        raise WorkoutError(f"This workout cannot be used: {_reason(error)}.") from error


def _all(value: Any, kind: type) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, kind) for item in value)


def _is_range(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(_is_number(v) for v in value)
        and value[0] < value[1]
    )


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) < 1e6


def _refuse(node: ast.AST, reason: str) -> Never:
    raise WorkoutError(
        f"This is not a workout file: line {getattr(node, 'lineno', 1)}: {reason}."
    ) from None


def _reason(error: Exception) -> str:
    return getattr(error, "msg", "") or str(error) or type(error).__name__
