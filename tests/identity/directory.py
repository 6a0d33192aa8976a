"""A real LDAP directory for the tests: OpenLDAP's slapd with a company in it."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ldap3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BASE = "dc=example,dc=com"
READER = f"cn=reader,{BASE}"
PASSWORD = "a secret of the tests"
_CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
# Who does not ask page by page gets no more than a hundred.
sizelimit size.soft=100 size.hard=100 size.pr=200 size.prtotal=unlimited
security simple_bind={strength}
database mdb
suffix "{base}"
rootdn "{reader}"
rootpw "{password}"
limits dn.exact="{reader}" size.soft=100 size.hard=100 size.pr=200 size.prtotal=unlimited
directory {folder}/data
maxsize 268435456
"""


@dataclass
class Directory:
    """A running directory."""

    url: str
    ca_file: Path

    def connect(self) -> ldap3.Connection:
        import ssl

        tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(self.ca_file))
        server = ldap3.Server(self.url, tls=tls)
        bind = ldap3.AUTO_BIND_TLS_BEFORE_BIND
        return ldap3.Connection(server, READER, PASSWORD, auto_bind=bind, raise_exceptions=True)


def person(number: int) -> str:
    return f"uid=p{number:04},ou=people,{BASE}"


def company(size: int, teams: int) -> str:
    """The company as LDIF: everybody is in one team, and the first ten are administrators."""
    entries = [
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example",
        *(f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}" for name in ("people", "groups")),
    ]
    for number in range(size):
        lines = [f"dn: {person(number)}", "objectClass: inetOrgPerson", f"uid: p{number:04}", f"cn: Person {number}"]
        lines += ["givenName: Person", f"sn: Number {number}", f"mail: p{number:04}@example.com"]
        entries.append("\n".join(lines))
    for team in range(teams):
        members = "\n".join(f"member: {person(number)}" for number in range(team, size, teams))
        entries.append(f"dn: cn=team-{team},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: team-{team}\n{members}")
    members = "\n".join(f"member: {person(number)}" for number in range(10))
    entries.append(f"dn: cn=admins,ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: admins\n{members}")
    return "\n\n".join(entries) + "\n"


def program() -> str | None:
    """Where slapd is, None where it is not."""
    return shutil.which("slapd") or next((path for path in ("/usr/sbin/slapd",) if Path(path).exists()), None)


@contextmanager
def running(folder: Path, ldif: str) -> Iterator[Directory]:
    """A directory that holds the LDIF, until the block ends. It takes passwords over TLS only."""
    slapd = program()
    assert slapd is not None
    (folder / "data").mkdir()
    certificate = _certificate(folder)
    said = {"folder": folder, "base": BASE, "reader": READER, "password": PASSWORD}
    # Filling it needs no connection, so the demand for TLS is written only afterwards.
    conf = folder / "slapd.conf"
    conf.write_text(_CONF.format(**said, strength=128))
    (folder / "company.ldif").write_text(ldif)
    fill = [str(Path(slapd).with_name("slapadd")), "-q", "-f", str(conf), "-l", str(folder / "company.ldif")]
    subprocess.run(fill, check=True, capture_output=True)
    port = _free()
    command = [slapd, "-f", str(conf), "-h", f"ldap://127.0.0.1:{port}", "-d", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)) as one:
        try:
            _wait(port)
            yield Directory(f"ldap://127.0.0.1:{port}", certificate)
        finally:
            one.terminate()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = folder / "certificate.pem"
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return path


def _wait(port: int) -> None:
    began = time.monotonic()
    while time.monotonic() - began < 20:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("slapd did not start")


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
