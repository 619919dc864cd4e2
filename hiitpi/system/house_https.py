"""Https with a certificate of the house: where it is, and when it is renewed."""

import hashlib
import logging
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from hiitpi.settings import Settings
from hiitpi.system.own_hosts import configured_hosts, own_addresses, own_names

if TYPE_CHECKING:
    from hiitpi.access.house_certificate import HouseCertificate

log = logging.getLogger(__name__)


def house_certificate(settings: Settings) -> "HouseCertificate":
    """Return the certificate of the house; its authority is made when there is none.

    Raises:
        SettingsError: its files cannot be read or written.
    """
    # Imported late: cryptography needs ten megabytes, and most houses use plain http.
    from hiitpi.access.house_certificate import HouseCertificate

    names = [socket.gethostname().lower(), *configured_hosts(settings)]
    return HouseCertificate(_folder(settings), names)


def certificate_file(settings: Settings) -> Path:
    """Return the file with the certificate and the private key of this machine."""
    return house_certificate(settings).path


def renew_certificate(settings: Settings) -> bool:
    """Return whether there is a new certificate, since the old one ends or lacks a name.

    Raises:
        SettingsError: it cannot be written.
    """
    from hiitpi.access.house_certificate import Identity

    certificate = house_certificate(settings)
    hosts = [settings.host] if settings.host not in ("0.0.0.0", "::", "") else []
    identity = Identity.of([*own_names(settings), *own_addresses(), *hosts])
    renewed = certificate.renew(identity)
    if renewed:
        log.info("There is a new certificate for https.")
    return renewed


def fingerprint(settings: Settings) -> str:
    """Return the SHA-256 fingerprint of the house's authority, as devices show it.

    Raises:
        OSError: there is none yet.
    """
    pem = (_folder(settings) / "authority.pem").read_text()
    end = "-----END CERTIFICATE-----"
    certificate = ssl.PEM_cert_to_DER_cert(pem[: pem.index(end) + len(end)])
    return hashlib.sha256(certificate).hexdigest().upper()


def _folder(settings: Settings) -> Path:
    return settings.instance / "tls"
