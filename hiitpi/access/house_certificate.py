"""A certificate authority of this house, and the certificate that it issues to this machine.

Devices that trust the authority open the pages by https without a warning. What somebody could do
who steals its key is limited: by its name constraints (RFC 5280, 4.2.1.10) it can only vouch for
names that nobody can register on the internet, and for private addresses.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hiitpi.access.networks import LOCAL_SUFFIXES
from hiitpi.access.secret_files import read_private, write_private
from hiitpi.errors import SettingsError

#: How long the authority is valid. Every device has to trust a new one by hand.
AUTHORITY_LIFETIME: Final = timedelta(days=3650)

#: How long a certificate is valid, and when before its end it is replaced. Apple's devices accept
#: no more than 825 days (support.apple.com/103769).
LIFETIME: Final = timedelta(days=397)
RENEW_BEFORE: Final = timedelta(days=30)

#: A machine without a battery for its clock may be late.
CLOCK_TOLERANCE: Final = timedelta(days=1)

#: Networks of addresses that the authority may vouch for: private, link-local, loopback (RFC 1918,
#: 3927, 4193, 4291).
NETWORKS: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
        "fc00::/7", "fe80::/10", "::1/128",
    )
)  # fmt: skip

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Identity:
    """What a machine is called.

    Attributes:
        names: its host names, in lower case.
        addresses: its IP addresses.
    """

    names: frozenset[str]
    addresses: frozenset[Address]

    @classmethod
    def of(cls, hosts: Iterable[str]) -> "Identity":
        """Return the identity with these host names and addresses."""
        names, addresses = set(), set()
        for host in filter(None, hosts):
            try:
                addresses.add(ipaddress.ip_address(host))
            except ValueError:
                names.add(host.lower())
        return cls(frozenset(names), frozenset(addresses))


class HouseCertificate:
    """The files of the authority and of the certificate, which are made when they are needed.

    Args:
        folder: where they are; it is created.
        own_names: host names that the authority may vouch for, beside the usual ones of a house.

    Attributes:
        path: the certificate of this machine, that of the authority, and the private key, in PEM.

    Raises:
        SettingsError: the folder cannot be written, or the authority's files are damaged.
    """

    def __init__(self, folder: Path, own_names: Iterable[str]) -> None:
        self.path = folder / "server.pem"
        authority = folder / "authority.pem"
        if not authority.exists():
            write_private(authority, _new_authority(own_names), replace=False)
        content = read_private(authority)
        try:
            self._authority = x509.load_pem_x509_certificate(content)
            key = serialization.load_pem_private_key(content, None)
        except ValueError as error:
            raise SettingsError(
                f"{authority} is damaged: {error}. Restore it from a backup, or delete it: then "
                "each device must trust this house anew."
            ) from error
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key

    def authority(self) -> bytes:
        """Return the certificate of the authority, for devices to trust, in DER."""
        return self._authority.public_bytes(serialization.Encoding.DER)

    def renew(self, identity: Identity, now: datetime | None = None) -> bool:
        """Issue a certificate to this machine, unless it has a good one.

        Args:
            identity: what this machine is called; the authority does not vouch for names and
                addresses of the internet, which are left out.
            now: the time; that of the clock by default.

        Returns:
            Whether there is a new one.

        Raises:
            SettingsError: it cannot be written.
        """
        now = now or datetime.now(UTC)
        wanted = Identity(
            frozenset(name for name in identity.names if self._may_vouch_for(name)),
            frozenset(ip for ip in identity.addresses if any(ip in net for net in NETWORKS)),
        )
        if self._is_good(wanted, now):
            return False
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(key.public_key(), wanted, now)
        parts = [_pem(certificate), _pem(self._authority), _key_pem(key)]
        write_private(self.path, b"".join(parts), replace=True)
        return True

    def _may_vouch_for(self, name: str) -> bool:
        constraints = self._authority.extensions.get_extension_for_class(x509.NameConstraints)
        permitted = constraints.value.permitted_subtrees or []
        suffixes = [tree.value for tree in permitted if isinstance(tree, x509.DNSName)]
        return any(name == suffix or name.endswith(f".{suffix}") for suffix in suffixes)

    def _is_good(self, wanted: Identity, now: datetime) -> bool:
        """Return whether the certificate on disk is that of this machine, and lasts."""
        try:
            current = x509.load_pem_x509_certificate(self.path.read_bytes())
            current.verify_directly_issued_by(self._authority)
            names = current.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except Exception:  # there is none, it is damaged, or of another authority: make a new one
            return False
        known = Identity(
            frozenset(names.get_values_for_type(x509.DNSName)),
            frozenset(names.get_values_for_type(x509.IPAddress)),  # type: ignore[arg-type]
        )
        began, ends = current.not_valid_before_utc, current.not_valid_after_utc
        return known == wanted and began <= now < ends - RENEW_BEFORE

    def _issue(
        self, key: ec.EllipticCurvePublicKey, identity: Identity, now: datetime
    ) -> x509.Certificate:
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in sorted(identity.names)]
        names += [x509.IPAddress(ip) for ip in sorted(identity.addresses, key=str)]
        return (
            _builder("HIIT PI", now, LIFETIME)
            .issuer_name(self._authority.subject)
            .public_key(key)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )


def _new_authority(own_names: Iterable[str]) -> bytes:
    """Return certificate and private key of a new authority, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    suffixes = [suffix.removeprefix(".") for suffix in LOCAL_SUFFIXES]
    permitted: list[x509.GeneralName] = [
        x509.DNSName(name) for name in dict.fromkeys([*suffixes, *own_names])
    ]
    permitted += [x509.IPAddress(network) for network in NETWORKS]
    title = f"HIIT PI house {now:%Y-%m-%d}"
    certificate = (
        _builder(title, now, AUTHORITY_LIFETIME)
        .issuer_name(_name(title))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _pem(certificate) + _key_pem(key)


def _builder(title: str, now: datetime, lifetime: timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(title))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now - CLOCK_TOLERANCE + lifetime)
    )


def _name(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
