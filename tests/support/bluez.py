"""A stand-in for BlueZ's `bluetoothd` on a private message bus, for machines without Bluetooth.

Behind its D-Bus objects are a real central and real peripherals of Google's Bumble, joined by
virtual radio: advertising, connections, GATT and notifications are Bumble's. Only the translation
to D-Bus is ours, after BlueZ's documentation (`org.bluez.Adapter.rst`, `.Device`, `.GattService`,
`.GattCharacteristic`).
"""

import asyncio
import socket
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from bumble.controller import Controller
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.gatt import GATT_HEART_RATE_SERVICE
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.heart_rate_service import HeartRateService
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.support.waiting import until

ADAPTER = "/org/bluez/hci0"
ADAPTER_1, DEVICE_1 = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE_1, CHARACTERISTIC_1 = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
OBJECTS, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
"""

#: D-Bus types of BlueZ's properties.
TYPES = {
    "Address": "s", "Alias": "s", "Name": "s", "UUIDs": "as", "Roles": "as", "RSSI": "n",
    "Adapter": "o", "Paired": "b", "Connected": "b", "ServicesResolved": "b", "Powered": "b",
    "Discovering": "b", "UUID": "s", "Device": "o", "Service": "o", "Flags": "as", "Value": "ay",
    "Primary": "b", "Notifying": "b",
}  # fmt: skip

T = TypeVar("T")
Properties = dict[str, Any]


class Strap:
    """A virtual chest strap.

    Attributes:
        address: its Bluetooth address.
        heart_rate: what it sends once a second, in beats per minute; 0 to send only when told to.
    """

    def __init__(self, bluetooth: "Bluetooth", name: str, address: str, battery: int) -> None:
        self.address, self.heart_rate = address, 0
        self._bluetooth, self._name, self._battery = bluetooth, name, battery
        self._device: Device | None = None
        self._service = HeartRateService(lambda _: HeartRateService.HeartRateMeasurement(0))

    @property
    def subscribers(self) -> int:
        """Number of connections; a measurement reaches nobody without one."""
        return len(self._device.connections) if self._device else 0

    def on(self) -> None:
        """Put it on: it is switched on by the skin's contact."""
        self._bluetooth.call(self._on())

    def off(self) -> None:
        """Take it off, or out of reach: connections are lost."""
        self._bluetooth.call(self._off())

    def send(self, bpm: int, contact: bool | None = True) -> None:
        """Send a measurement to whoever has subscribed."""
        measurement = HeartRateService.HeartRateMeasurement(
            bpm, sensor_contact_detected=contact, rr_intervals=[60 / bpm] if bpm else []
        )
        self._bluetooth.call(self._notify(measurement))

    async def _on(self) -> None:
        data = AdvertisingData([
            (AdvertisingData.COMPLETE_LOCAL_NAME, self._name.encode()),
            (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
             GATT_HEART_RATE_SERVICE.to_pdu_bytes()),
        ])  # fmt: skip
        if self._device is None:
            config = DeviceConfiguration(name=self._name, address=Address(self.address))
            self._device = await self._bluetooth.device(config)
            self._bluetooth.spawn(self._beat())
            self._device.add_services([self._service, BatteryService(lambda _: self._battery)])
        await self._device.start_advertising(advertising_data=bytes(data), auto_restart=True)

    async def _beat(self) -> None:
        while True:
            if self.heart_rate:
                await self._notify(HeartRateService.HeartRateMeasurement(self.heart_rate))
            await asyncio.sleep(1)

    async def _off(self) -> None:
        assert self._device
        await self._device.stop_advertising()
        for connection in list(self._device.connections.values()):
            await connection.disconnect()

    async def _notify(self, measurement: Any) -> None:
        assert self._device
        characteristic = self._service.heart_rate_measurement_characteristic
        await self._device.notify_subscribers(characteristic, measurement)


class Bluetooth:
    """The bus, the adapter and the radio; runs in a thread of its own.

    Attributes:
        broken: methods of BlueZ that fail, by name, with their message; None for no answer at all.

    Args:
        address: address of the bus, for DBUS_SYSTEM_BUS_ADDRESS.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.broken: dict[str, str | None] = {}
        self._link = LocalLink()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._bus: MessageBus | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._objects: dict[str, dict[str, Properties]] = {}
        self._addresses: dict[str, Address] = {}
        self._connections: dict[str, Connection] = {}
        self._characteristics: dict[str, Any] = {}
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the thread, and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def strap(self, name: str, address: str, battery: int = 80) -> Strap:
        """Return a new strap, which is off."""
        return Strap(self, name, address, battery)

    def leave(self) -> None:
        """Disappear from the bus without a word, like a process that is killed."""
        self.call(self._bus.release_name("org.bluez"))

    def power(self, on: bool) -> None:
        """Switch the adapter on or off, as a user does in the system's settings."""
        self._loop.call_soon_threadsafe(partial(self._set, ADAPTER, ADAPTER_1, Powered=on))

    async def device(self, config: DeviceConfiguration) -> Device:
        """Return a new Bluetooth device within reach of the others."""
        host = Host()
        host.controller = Controller(str(config.name), link=self._link)
        device = Device(config=config, host=host)
        await device.power_on()
        return device

    async def open(self, adapter: bool) -> None:
        """Connect to the bus and take BlueZ's name; without `adapter` there is no Bluetooth."""
        self._bus = await MessageBus(self.address, BusType.SYSTEM).connect()
        self._bus.add_message_handler(self._on_message)
        if adapter:
            config = DeviceConfiguration(name="adapter", address=Address("F0:F0:F0:F0:F0:F0"))
            self._central = await self.device(config)
            self._central.on("advertisement", self._on_advertisement)
            self._objects[ADAPTER] = {
                ADAPTER_1: {
                    "Address": "F0:F0:F0:F0:F0:F0",
                    "Powered": True,
                    "Discovering": False,
                    "Roles": ["central"],
                }
            }
        await self._bus.request_name("org.bluez")

    def close(self) -> None:
        """End the thread."""
        self.call(self._end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end_tasks(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._bus:
            self._bus.disconnect()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the others; called in the thread."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # D-Bus

    def _on_message(self, message: Message) -> bool | None:
        if message.message_type is not MessageType.METHOD_CALL or not message.member:
            return None
        action: Callable[[Message], Any] | None = getattr(self, f"_do_{message.member}", None)
        if action is None or message.path not in (*self._objects, "/"):
            error = "org.freedesktop.DBus.Error.UnknownObject"
            self._bus.send(Message.new_error(message, error, "no such object or method"))
            return True
        self.spawn(self._reply(message, action))
        return True

    async def _reply(self, message: Message, action: Callable[[Message], Any]) -> None:
        try:
            if message.member in self.broken:
                if self.broken[message.member] is None:
                    return
                raise ValueError(self.broken[message.member])
            signature, body = await action(message) or ("", [])
        except Exception as error:
            name = "org.bluez.Error.Failed"
            await self._bus.send(Message.new_error(message, name, str(error) or "failed"))
        else:
            await self._bus.send(Message.new_method_return(message, signature, body))

    def _signal(self, path: str, interface: str, member: str, signature: str, *body: Any) -> None:
        self._bus.send(Message.new_signal(path, interface, member, signature, list(body)))

    def _add(self, path: str, interface: str, properties: Properties) -> None:
        self._objects[path] = {interface: properties}
        added = {interface: _variants(properties)}
        self._signal("/", OBJECTS, "InterfacesAdded", "oa{sa{sv}}", path, added)

    def _set(self, path: str, interface: str, **changed: Any) -> None:
        self._objects[path][interface].update(changed)
        body = interface, _variants(changed), []
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", *body)

    async def _do_GetManagedObjects(self, message: Message) -> tuple[str, list[Any]]:
        objects = {
            path: {name: _variants(properties) for name, properties in interfaces.items()}
            for path, interfaces in self._objects.items()
        }
        return "a{oa{sa{sv}}}", [objects]

    async def _do_SetDiscoveryFilter(self, message: Message) -> None:
        pass

    async def _do_StartDiscovery(self, message: Message) -> None:
        await self._central.start_scanning(filter_duplicates=False)
        self._set(ADAPTER, ADAPTER_1, Discovering=True)

    async def _do_StopDiscovery(self, message: Message) -> None:
        await self._central.stop_scanning()
        self._set(ADAPTER, ADAPTER_1, Discovering=False)

    async def _do_Connect(self, message: Message) -> None:
        path = message.path
        assert path
        connection = await self._central.connect(self._addresses[path], timeout=5)
        self._connections[path] = connection
        connection.on("disconnection", lambda _: self._on_disconnection(path))
        self._set(path, DEVICE_1, Connected=True)
        self.spawn(self._resolve(path, connection))

    async def _do_Disconnect(self, message: Message) -> None:
        if message.path in self._connections:
            await self._connections[message.path].disconnect()

    async def _do_StartNotify(self, message: Message) -> None:
        path = message.path
        assert path

        def notified(value: bytes) -> None:
            self._set(path, CHARACTERISTIC_1, Value=bytes(value))

        await self._characteristics[path].subscribe(notified)

    async def _do_StopNotify(self, message: Message) -> None:
        await self._characteristics[message.path].unsubscribe()

    async def _do_ReadValue(self, message: Message) -> tuple[str, list[Any]]:
        return "ay", [bytes(await self._characteristics[message.path].read_value())]

    # Radio

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        address = str(advertisement.address).removesuffix("/P")
        path = f"{ADAPTER}/dev_{address.replace(':', '_')}"
        if path in self._objects:
            self._set(path, DEVICE_1, RSSI=advertisement.rssi)
            return
        name = advertisement.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        services = advertisement.data.get(
            AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
        )
        self._addresses[path] = advertisement.address
        properties = {
            "Address": address,
            "Alias": name or address.replace(":", "-"),
            "UUIDs": [_full(service) for service in services or ()],
            "RSSI": advertisement.rssi,
            "Adapter": ADAPTER,
            "Paired": False,
            "Connected": False,
            "ServicesResolved": False,
        }
        self._add(path, DEVICE_1, properties)

    async def _resolve(self, path: str, connection: Connection) -> None:
        """Discover the services of a device, as BlueZ does after connecting."""
        client = connection.gatt_client
        for service in await client.discover_services():
            service_path = f"{path}/service{service.handle:04x}"
            properties = {"UUID": _full(service.uuid), "Device": path, "Primary": True}
            self._add(service_path, SERVICE_1, properties)
            for characteristic in await service.discover_characteristics():
                char_path = f"{service_path}/char{characteristic.handle:04x}"
                self._characteristics[char_path] = characteristic
                flags = [p.name.lower() for p in characteristic.properties]
                properties = {
                    "UUID": _full(characteristic.uuid), "Service": service_path, "Flags": flags
                }  # fmt: skip
                self._add(char_path, CHARACTERISTIC_1, properties)
        self._set(path, DEVICE_1, ServicesResolved=True)

    def _on_disconnection(self, path: str) -> None:
        self._connections.pop(path, None)
        changed = {"Connected": False, "ServicesResolved": False}
        self._set(path, DEVICE_1, **changed)


def _full(uuid: Any) -> str:
    """Return a UUID as BlueZ writes it: in full."""
    return str(UUID(bytes=uuid.to_bytes(force_128=True)[::-1]))


def _variants(properties: Properties) -> dict[str, Variant]:
    return {name: Variant(TYPES[name], value) for name, value in properties.items()}


def _is_listening(path: Path) -> bool:
    """Return whether somebody accepts connections at a socket, which exists a moment earlier."""
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.connect(str(path))
        return True
    return False


@contextmanager
def message_bus(folder: Path) -> Iterator[str]:
    """Run a message bus.

    Yields:
        Its address.
    """
    path, config = folder / "bus", folder / "bus.conf"
    config.write_text(BUS_CONFIG.format(socket=path))
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nosyslog"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as daemon:
        try:
            until(lambda: _is_listening(path), 30, "no message bus")
            yield f"unix:path={path}"
        finally:
            daemon.terminate()


@contextmanager
def bluetooth(folder: Path, adapter: bool = True) -> Iterator[Bluetooth]:
    """Run a message bus with BlueZ's stand-in, and a radio unless there is no `adapter`.

    Yields:
        The stand-in; its `address` belongs into DBUS_SYSTEM_BUS_ADDRESS.
    """
    with message_bus(folder) as address:
        virtual = Bluetooth(address)
        try:
            virtual.call(virtual.open(adapter))
            yield virtual
        finally:
            virtual.close()
