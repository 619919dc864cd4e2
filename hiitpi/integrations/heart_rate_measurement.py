"""Decodes the measurements of the Bluetooth Heart Rate service.

Bluetooth SIG, "Heart Rate Service 1.0", 3.1 Heart Rate Measurement: a byte of flags, then the heart
rate in one byte or two, then fields that are not needed here (energy, RR intervals).
"""

from typing import Final

#: UUIDs of the Bluetooth SIG's assigned numbers: the service, its measurement, and the battery.
HEART_RATE_SERVICE: Final = "0000180d-0000-1000-8000-00805f9b34fb"
HEART_RATE_MEASUREMENT: Final = "00002a37-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL: Final = "00002a19-0000-1000-8000-00805f9b34fb"

#: Bits of the flags: the rate has two bytes; the skin is touched, and whether that is detected.
TWO_BYTES, CONTACT, CONTACT_SUPPORTED = 0x01, 0x02, 0x04

#: Rates outside of this range are errors of the sensor (beats per minute).
PLAUSIBLE_BPM: Final = (25, 250)


def decode_measurement(data: bytes) -> int | None:
    """Return the heart rate in beats per minute; None if the sensor has not found it.

    That is also the case if it says that it does not touch the skin, or if the data is not valid.
    """
    if not data:
        return None
    flags, value = data[0], data[1 : 3 if data[0] & TWO_BYTES else 2]
    if flags & CONTACT_SUPPORTED and not flags & CONTACT:
        return None
    bpm = int.from_bytes(value, "little")
    lowest, highest = PLAUSIBLE_BPM
    return bpm if lowest <= bpm <= highest else None
