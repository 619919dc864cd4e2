"""A clock that is set by hand."""


class Clock:
    """Time that passes when it is told to.

    Attributes:
        now: seconds.
    """

    def __init__(self, now: float = 1e9) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
