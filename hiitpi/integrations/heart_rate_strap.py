"""Finds and connects to heart rate straps by Bluetooth LE, with Bleak.

On Linux, Bleak asks BlueZ over D-Bus. Its import takes a while, so it waits until a strap is used.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hiitpi.errors import BluetoothError
from hiitpi.integrations.heart_rate_measurement import (
    BATTERY_LEVEL,
    HEART_RATE_MEASUREMENT,
    HEART_RATE_SERVICE,
    decode_measurement,
)

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.device import BLEDevice

#: Seconds of a search; a strap that is worn announces itself about once a second.
SEARCH_S: Final = 8.0

#: Seconds to look for a known strap, and to connect to it.
FIND_S: Final = 5.0
CONNECT_S: Final = 10.0

#: Seconds after which BlueZ counts as hanging. A search or an attempt to connect takes less.
DEADLINE_S: Final = 30.0

#: Seconds for the battery's charge, which is not important.
BATTERY_S: Final = 3.0

#: Longest name that is kept; it is whatever the device announces.
MAX_NAME_CHARS: Final = 40

NO_BLUEZ: Final = "BlueZ is not running on this machine. Install it: sudo apt install bluez"

#: What to do, by the name of a D-Bus error.
DBUS_ERRORS: Final = {
    "org.freedesktop.DBus.Error.ServiceUnknown": NO_BLUEZ,
    "org.freedesktop.DBus.Error.NameHasNoOwner": NO_BLUEZ,
    "org.freedesktop.DBus.Error.AccessDenied": "HIIT PI is not allowed to use Bluetooth. Add its "
    "user to the group bluetooth and restart it.",
    "org.bluez.Error.NotReady": "Bluetooth is switched off. Switch it on: bluetoothctl power on",
}

#: What to do, by the name of Bleak's reason why Bluetooth is not available.
UNAVAILABLE: Final = {
    "NO_BLUETOOTH": "This machine has no Bluetooth adapter.",
    "NO_BLE_CENTRAL_ROLE": "This machine’s Bluetooth adapter is too old for straps.",
    "POWERED_OFF": DBUS_ERRORS["org.bluez.Error.NotReady"],
    "DENIED_BY_SYSTEM": DBUS_ERRORS["org.freedesktop.DBus.Error.AccessDenied"],
}


@dataclass(frozen=True, slots=True)
class Strap:
    """A heart rate strap, or a watch that acts as one.

    Attributes:
        address: its Bluetooth address.
        name: the name that it announces.
    """

    address: str
    name: str


class StrapConnection:
    """A connection to a strap.

    Attributes:
        battery: charge in percent; None if the strap does not tell.
    """

    def __init__(self, client: "BleakClient", battery: int | None) -> None:
        self._client, self.battery = client, battery

    @property
    def is_open(self) -> bool:
        """Whether it has not been lost."""
        return self._client.is_connected

    async def close(self) -> None:
        """Disconnect; what goes wrong then does not matter any more."""
        with suppress(*_errors()):
            async with asyncio.timeout(CONNECT_S):
                await self._client.disconnect()


async def search() -> tuple[Strap, ...]:
    """Return the straps in reach that are worn and not connected elsewhere, the nearest first.

    Raises:
        BluetoothError: Bluetooth cannot be used; the message says what to do.
    """
    from bleak import BleakScanner

    try:
        async with asyncio.timeout(DEADLINE_S):
            found = await BleakScanner.discover(
                SEARCH_S, return_adv=True, service_uuids=[HEART_RATE_SERVICE]
            )
    except _errors() as error:
        raise explained(error) from error
    nearest_first = sorted(found.values(), key=lambda pair: -pair[1].rssi)
    return tuple(Strap(device.address, _printable(device.name)) for device, _ in nearest_first)


async def connect(strap: Strap, receive: Callable[[int | None], None]) -> StrapConnection | None:
    """Connect to a strap, and subscribe to its measurements.

    Args:
        strap: the strap.
        receive: called in the event loop with each heart rate; None if the strap has not found it.

    Returns:
        The connection; None if the strap is not in reach.

    Raises:
        BluetoothError: Bluetooth cannot be used, or the strap cannot be connected to.
    """
    from bleak import BleakClient

    try:
        async with asyncio.timeout(DEADLINE_S):
            device = await _find(strap)
            if device is None:
                return None
            client = BleakClient(device, timeout=CONNECT_S)
            await client.connect()
            try:
                await client.start_notify(
                    HEART_RATE_MEASUREMENT, lambda _, data: receive(decode_measurement(bytes(data)))
                )
                battery = await _battery(client)
            except BaseException:
                await StrapConnection(client, None).close()
                raise
    except _errors() as error:
        raise explained(error) from error
    return StrapConnection(client, battery)


async def _find(strap: Strap) -> "BLEDevice | None":
    from bleak import BleakAdapter, BleakScanner

    # A process that was killed leaves its connection to BlueZ, and then the strap does not announce
    # itself any more.
    adapter = await BleakAdapter.get()
    for device in await adapter.get_connected_devices([HEART_RATE_SERVICE]):
        if device.address == strap.address:
            return device
    return await BleakScanner.find_device_by_address(strap.address, FIND_S)


async def _battery(client: "BleakClient") -> int | None:
    """Return the charge in percent; None if the strap does not tell, or only to paired devices."""
    if client.services.get_characteristic(BATTERY_LEVEL) is None:
        return None
    try:
        async with asyncio.timeout(BATTERY_S):
            level = await client.read_gatt_char(BATTERY_LEVEL)
    except _errors():
        return None
    return level[0] if level else None


def _printable(name: str | None) -> str:
    """Return a device's name without control characters, and not too long."""
    printable = "".join(c if c.isprintable() else " " for c in name or "")
    return " ".join(printable.split())[:MAX_NAME_CHARS] or "unnamed"


def _errors() -> tuple[type[Exception], ...]:
    """Return what Bleak raises: its own errors, and those of the message bus and its socket."""
    from bleak.exc import BleakError

    return BleakError, OSError, TimeoutError, EOFError


def explained(error: Exception) -> BluetoothError:
    """Return an error that says what to do."""
    from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError

    if isinstance(error, BleakBluetoothNotAvailableError):
        return BluetoothError(UNAVAILABLE.get(error.reason.name, str(error.args[0])))
    if isinstance(error, BleakDBusError) and error.dbus_error in DBUS_ERRORS:
        return BluetoothError(DBUS_ERRORS[error.dbus_error])
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return BluetoothError(NO_BLUEZ)
    if isinstance(error, TimeoutError):
        return BluetoothError("Bluetooth or the strap does not answer.")
    return BluetoothError(f"Bluetooth failed: {error}")
