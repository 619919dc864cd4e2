"""What this machine is called."""

from pathlib import Path

from hiitpi.settings import Settings
from hiitpi.system.own_hosts import own_addresses, own_names


def test_its_names_include_those_of_the_settings(tmp_path: Path):
    names = own_names(Settings(instance=tmp_path, hosts="Gym.example.org, proxy"))
    assert {"localhost", "hiitpi.local", "gym.example.org", "proxy"} <= set(names)
    assert any(name.endswith(".local") for name in names)


def test_its_addresses_include_loopback_once():
    assert own_addresses().count("127.0.0.1") == own_addresses().count("::1") == 1


def test_they_are_found_without_iproute2(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {"127.0.0.1", "::1"} <= set(own_addresses())
