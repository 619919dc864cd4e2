"""A fake clock."""


class FakeClock:
    """Returns a time that the test sets.

    Attributes:
        now: the current time in seconds.
    """

    def __init__(self, now: float = 1e9) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
