"""Who controls the running session: one device, until another takes over."""

import math
from dataclasses import dataclass
from typing import Final

#: Seconds in which whoever is in control may keep it; a tablet that sleeps says nothing.
CLAIM_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: its id, and how the house calls whoever uses it."""

    id: str
    name: str


class DeviceControl:
    """Lets one device command, and another one ask for it.

    Attributes:
        holder: who commands.
        claimant: who asks to; None: nobody.
    """

    def __init__(self, holder: Device) -> None:
        self.holder = holder
        self.claimant: Device | None = None
        self._until = math.inf

    def may(self, device: str) -> bool:
        """Whether a device may command. Whoever started without one leaves it open to all."""
        return self.holder.id in ("", device)

    def claim(self, device: Device, time: float) -> bool:
        """Ask to take over, which is granted after `CLAIM_TIMEOUT_S`; whether anything changes."""
        if device.id == self.holder.id or self.claimant:
            return False
        self.claimant, self._until = device, time + CLAIM_TIMEOUT_S
        return True

    def keep(self, device: str) -> bool:
        """The holder says no, or the claimant thinks better of it; whether anything changes."""
        if self.claimant is None or device not in (self.holder.id, self.claimant.id):
            return False
        self.claimant, self._until = None, math.inf
        return True

    def hand_over(self, device: str) -> bool:
        """The holder says yes; whether anything changes."""
        return device == self.holder.id and self._grant()

    def tick(self, time: float) -> bool:
        """Let time pass; whether a claim was granted by it."""
        return time >= self._until and self._grant()

    def _grant(self) -> bool:
        if self.claimant is None:
            return False
        self.holder, self.claimant, self._until = self.claimant, None, math.inf
        return True
