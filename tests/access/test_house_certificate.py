"""The certificates of a house, as OpenSSL judges them: that of Python, over real connections."""

import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from hiitpi.access.house_certificate import (
    LIFETIME,
    HouseCertificate,
    Identity,
    _key_pem,
    _pem,
)
from hiitpi.errors import SettingsError

MACHINE = Identity.of(["localhost", "gym", "gym.local", "192.168.1.20", "::1"])


def made(folder: Path, *own_names: str) -> HouseCertificate:
    """Return the certificate of a machine that is called gym."""
    certificate = HouseCertificate(folder, ["gym", *own_names])
    certificate.renew(MACHINE)
    return certificate


def connect(certificate: HouseCertificate, host: str) -> None:
    """Open a connection to a server with the certificate, as a device that trusts the house.

    Raises:
        ssl.SSLError: the device does not accept it.
    """
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate.path)
    device = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    device.load_verify_locations(cadata=certificate.authority())
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                server_side.wrap_socket(server.accept()[0], server_side=True).close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            with (
                socket.create_connection(server.getsockname()) as client,
                device.wrap_socket(client, server_hostname=host),
            ):
                pass
        finally:
            thread.join()


@pytest.mark.parametrize("host", ["localhost", "gym", "gym.local", "192.168.1.20", "::1"])
def test_a_device_that_trusts_the_house_accepts_the_machine(tmp_path: Path, host: str):
    connect(made(tmp_path), host)


def test_it_does_not_accept_another_name(tmp_path: Path):
    with pytest.raises(ssl.SSLError, match="not valid for"):
        connect(made(tmp_path), "other.local")


@pytest.mark.parametrize("host", ["bank.example", "93.184.216.34"])
def test_whoever_steals_the_key_cannot_be_another_site(tmp_path: Path, host: str):
    house = made(tmp_path)
    assert not house.renew(Identity.of([*MACHINE.names, *map(str, MACHINE.addresses), host]))
    key = house._key
    forged = house._issue(key.public_key(), Identity.of([host]), datetime.now(UTC))
    house.path.write_bytes(_pem(forged) + _pem(house._authority) + _key_pem(key))
    with pytest.raises(ssl.SSLError, match="permitted subtree violation"):
        connect(house, host)


def test_names_of_the_settings_are_vouched_for(tmp_path: Path):
    house = made(tmp_path, "gym.example.org")
    assert house.renew(Identity.of([*MACHINE.names, "gym.example.org"]))
    connect(house, "gym.example.org")


def test_a_certificate_is_renewed_before_it_ends_or_if_the_machine_has_moved(tmp_path: Path):
    house, now = HouseCertificate(tmp_path, ["gym"]), datetime(2026, 11, 28, tzinfo=UTC)
    assert house.renew(MACHINE, now)
    assert not house.renew(MACHINE, now + timedelta(days=300))
    assert house.renew(MACHINE, now + LIFETIME - timedelta(days=20))
    assert not HouseCertificate(tmp_path, []).renew(MACHINE, now + LIFETIME)
    assert house.renew(Identity.of(["gym", "10.0.0.7"]), now + LIFETIME)
    certificate = x509.load_pem_x509_certificate(house.path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("10.0.0.7")]
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lifetime < timedelta(days=825)  # Apple's limit


def test_the_authority_stays_and_its_key_is_private(tmp_path: Path):
    first = made(tmp_path / "tls")
    assert made(tmp_path / "tls").authority() == first.authority()
    for file in ("authority.pem", "server.pem"):
        assert (tmp_path / "tls" / file).stat().st_mode & 0o777 == 0o600


def test_a_damaged_certificate_is_replaced_and_a_damaged_authority_is_reported(tmp_path: Path):
    house = made(tmp_path)
    house.path.write_text("junk")
    assert house.renew(MACHINE)
    (tmp_path / "authority.pem").write_text("junk")
    with pytest.raises(SettingsError, match="each device must trust this house anew"):
        HouseCertificate(tmp_path, [])
