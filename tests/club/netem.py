"""Emulates a bad network cable between two network namespaces: delay, loss and cuts.

Linux' netem does this in the kernel, but is not always available. This emulation works without it:
it forwards packets between two TUN devices (kernel.org, networking/tuntap). TCP on both sides is
the kernel's own.

`python -m tests.club.netem HUB DELAY JITTER LOSS STATION...` (names of namespaces, seconds, 0 to 1)
prints "ready", and then reads the commands "cut N" and "mend N" from its standard input (N: number
of the station, from 1).
"""

import ctypes
import fcntl
import os
import random
import selectors
import struct
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field

#: Constants of linux/if_tun.h and sched.h.
TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000


def hub_address(number: int) -> str:
    """Return the hub's address on the cable of a station, by the station's number."""
    return f"10.90.{number}.1"


@dataclass
class Direction:
    """One direction of a cable.

    Attributes:
        out: file descriptor of the device at the far end.
        cable: the cable.
        queue: packets in transit and when they are due (monotonic seconds), in order.
    """

    out: int
    cable: "Cable"
    queue: deque[tuple[float, bytes]] = field(default_factory=deque)

    def send(self, packet: bytes, now: float) -> None:
        """Queue a packet, or drop it if the cable is cut or loses it."""
        cable = self.cable
        if cable.cut or random.random() < cable.loss:
            return
        due = now + cable.delay + random.uniform(-cable.jitter, cable.jitter)
        self.queue.append((max(due, self.queue[-1][0] if self.queue else 0.0), packet))

    def deliver(self, now: float) -> None:
        """Deliver the packets that are due."""
        while self.queue and self.queue[0][0] <= now:
            packet = self.queue.popleft()[1]
            if not self.cable.cut:
                os.write(self.out, packet)


@dataclass
class Cable:
    """A cable between the hub and one station.

    Attributes:
        delay: one-way delay in seconds.
        jitter: maximum deviation of the delay, in seconds.
        loss: probability that a packet is lost.
        cut: whether nothing gets through.
    """

    delay: float
    jitter: float
    loss: float
    cut: bool = False


def enter(namespace: str) -> None:
    """Move this process to a network namespace; devices that are already open are unaffected."""
    with open(f"/run/netns/{namespace}") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")


def tun(namespace: str, name: str, local: str, peer: str) -> int:
    """Create a TUN device, bring it up, and return its file descriptor.

    Args:
        namespace: network namespace of the device.
        name: name of the device.
        local: its address.
        peer: address of the other end.
    """
    enter(namespace)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "addr", "add", local, "peer", peer, "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    return device


def main(hub: str, delay: str, jitter: str, loss: str, *stations: str) -> None:
    """Forward packets until the standard input ends; see the module's docstring."""
    cables = [Cable(float(delay), float(jitter), float(loss)) for _ in stations]
    selector = selectors.DefaultSelector()
    directions: list[Direction] = []
    for number, (station, cable) in enumerate(zip(stations, cables, strict=True), 1):
        far = f"10.90.{number}.2"
        near_end = tun(hub, f"to{number}", hub_address(number), far)
        far_end = tun(station, "hub", far, hub_address(number))
        for source, out in ((near_end, far_end), (far_end, near_end)):
            directions.append(Direction(out, cable))
            selector.register(source, selectors.EVENT_READ, directions[-1])
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    while True:
        due = min((d.queue[0][0] for d in directions if d.queue), default=time.monotonic() + 1)
        for key, _ in selector.select(max(0.0, due - time.monotonic())):
            if key.data is None:
                line = sys.stdin.readline()
                if not line:
                    return
                command, number = line.split()
                cables[int(number) - 1].cut = command == "cut"
                continue
            try:
                while True:
                    key.data.send(os.read(key.fd, 65536), time.monotonic())
            except BlockingIOError:
                pass
        for direction in directions:
            direction.deliver(time.monotonic())


if __name__ == "__main__":
    main(*sys.argv[1:])
