"""A bad network cable: packets between two network namespaces, late, lost, or cut off.

Linux' netem does that in the kernel, where it is built in; this does it where it is not, with two
TUN devices (kernel.org, networking/tuntap) and packets passed on between them. What TCP makes of it
is the kernel's own business on both sides.

`python -m tests.club.netem HUB DELAY JITTER LOSS STATION...` (names of namespaces, seconds, 0..1)
is ready when it says so; then "cut N" and "mend N" on its input are obeyed (N: a station, from 1).
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

#: linux/if_tun.h and sched.h.
TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000


def hub_address(number: int) -> str:
    """Of the hub, as station `number` sees it."""
    return f"10.90.{number}.1"


@dataclass
class Way:
    """One direction of one cable: what is under way, in order."""

    out: int
    cable: "Cable"
    queue: deque[tuple[float, bytes]] = field(default_factory=deque)

    def take(self, packet: bytes, now: float) -> None:
        """A packet comes in at this end."""
        cable = self.cable
        if cable.cut or random.random() < cable.loss:
            return
        due = now + cable.delay + random.uniform(-cable.jitter, cable.jitter)
        self.queue.append((max(due, self.queue[-1][0] if self.queue else 0.0), packet))

    def give(self, now: float) -> None:
        """Let out what is due."""
        while self.queue and self.queue[0][0] <= now:
            packet = self.queue.popleft()[1]
            if not self.cable.cut:
                os.write(self.out, packet)


@dataclass
class Cable:
    """Between the hub and one station."""

    delay: float
    jitter: float
    loss: float
    cut: bool = False


def enter(namespace: str) -> None:
    """Have what this process opens from now on belong to a namespace."""
    with open(f"/run/netns/{namespace}") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")


def tun(namespace: str, name: str, mine: str, other: str) -> int:
    """A TUN device in a namespace, up, with the addresses of both ends; its descriptor."""
    enter(namespace)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "addr", "add", mine, "peer", other, "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    return device


def main(hub: str, delay: str, jitter: str, loss: str, *stations: str) -> None:
    """Pass packets on until the input ends."""
    cables = [Cable(float(delay), float(jitter), float(loss)) for _ in stations]
    ready = selectors.DefaultSelector()
    ways: list[Way] = []
    for number, (station, cable) in enumerate(zip(stations, cables, strict=True), 1):
        far = f"10.90.{number}.2"
        near_end = tun(hub, f"to{number}", hub_address(number), far)
        far_end = tun(station, "hub", far, hub_address(number))
        for source, out in ((near_end, far_end), (far_end, near_end)):
            ways.append(Way(out, cable))
            ready.register(source, selectors.EVENT_READ, ways[-1])
    ready.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    while True:
        due = min((way.queue[0][0] for way in ways if way.queue), default=time.monotonic() + 1)
        for key, _ in ready.select(max(0.0, due - time.monotonic())):
            if key.data is None:
                line = sys.stdin.readline()
                if not line:
                    return
                word, number = line.split()
                cables[int(number) - 1].cut = word == "cut"
                continue
            try:
                while True:
                    key.data.take(os.read(key.fd, 65536), time.monotonic())
            except BlockingIOError:
                pass
        for way in ways:
            way.give(time.monotonic())


if __name__ == "__main__":
    main(*sys.argv[1:])
