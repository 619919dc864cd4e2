"""Control of a running session: one device has it, until another one takes over."""

import math
from dataclasses import dataclass
from typing import Final

#: A claim is granted after this time, unless it is declined: a tablet that sleeps cannot answer.
CLAIM_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Device:
    """A browser.

    Attributes:
        id: id of the browser; "" if it has none.
        name: name of the player who uses it.
    """

    id: str
    name: str


class DeviceControl:
    """Tracks which device controls a session, and which one asks for control.

    All times are seconds of the pipeline's clock.

    Attributes:
        holder: the device in control.
        claimant: the device that asks for control; None if none does.

    Args:
        holder: the device that starts the session.
    """

    def __init__(self, holder: Device) -> None:
        self.holder = holder
        self.claimant: Device | None = None
        self._grant_at = math.inf

    def is_allowed(self, device: str) -> bool:
        """Return whether a device may give commands.

        Every device may if the session was started without a device id.
        """
        return self.holder.id in ("", device)

    def claim(self, device: Device, time: float) -> bool:
        """Ask for control, which is granted after `CLAIM_TIMEOUT_S`.

        Args:
            device: the device that asks.
            time: the current time.

        Returns:
            False if the device already has control, or if another claim is pending.
        """
        if device.id == self.holder.id or self.claimant:
            return False
        self.claimant, self._grant_at = device, time + CLAIM_TIMEOUT_S
        return True

    def cancel_claim(self, device: str) -> bool:
        """Decline the pending claim as the holder, or withdraw it as the claimant.

        Returns:
            False if there is no claim, or if the device is neither of the two.
        """
        if self.claimant is None or device not in (self.holder.id, self.claimant.id):
            return False
        self.claimant, self._grant_at = None, math.inf
        return True

    def hand_over(self, device: str) -> bool:
        """Grant the pending claim as the holder.

        Returns:
            False if there is no claim, or if the device is not the holder.
        """
        return device == self.holder.id and self._grant()

    def tick(self, time: float) -> bool:
        """Grant the pending claim if it has timed out; return whether it was granted."""
        return time >= self._grant_at and self._grant()

    def _grant(self) -> bool:
        if self.claimant is None:
            return False
        self.holder, self.claimant, self._grant_at = self.claimant, None, math.inf
        return True
