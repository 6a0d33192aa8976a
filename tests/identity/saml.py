"""A SAML provider of the tests: it signs what it is told to say, rightly or wrongly."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ENTITY = "https://idp.example/metadata"
HERE = "http://testserver/sign-in/saml/okta"


@dataclass(frozen=True)
class Keys:
    """A key and its certificate."""

    key: str
    certificate: str


def keys(name: str) -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    certificate = made.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Keys(private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode())


@dataclass(frozen=True)
class Said:
    """What an answer says; the defaults are right."""

    request: str
    uid: str = "ada-1"
    attributes: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "email": ("ada@example.com",),
            "givenName": ("Ada",),
            "sn": ("Lovelace",),
            "uid": ("ada",),
            "groups": ("team-payments", "platform-admins"),
        }
    )
    audience: str = f"{HERE}/metadata"
    recipient: str = f"{HERE}/back"
    issuer: str = ENTITY
    begins: timedelta = timedelta(minutes=-1)
    ends: timedelta = timedelta(minutes=5)

    def but(self, **changes: object) -> Said:
        return replace(self, **changes)  # type: ignore[arg-type]


def asked(location: str) -> str:
    """The id of the request that a redirect to the provider carries."""
    packed = parse_qs(urlsplit(location).query)["SAMLRequest"][0]
    xml = zlib.decompress(base64.b64decode(packed), -15).decode()
    return re.search(r'ID="([^"]+)"', xml)[1]  # type: ignore[index]


def answer(said: Said, keys: Keys | None, *, whole: bool = False, sha1: bool = False) -> str:
    """The form field of an answer: the assertion is signed, or with `whole` the message; without keys nothing is."""
    assertion = _assertion(said)
    if keys and not whole:
        assertion = _sign(assertion, keys, sha1=sha1)
    xml = _response(said, assertion)
    if keys and whole:
        xml = _sign(xml, keys, sha1=sha1)
    return base64.b64encode(xml.encode()).decode()


def _sign(xml: str, keys: Keys, *, sha1: bool) -> str:
    algorithm, digest = (Constants.RSA_SHA1, Constants.SHA1) if sha1 else (Constants.RSA_SHA256, Constants.SHA256)
    signed = OneLogin_Saml2_Utils.add_sign(xml, keys.key, keys.certificate, False, algorithm, digest)
    return signed.decode() if isinstance(signed, bytes) else signed


def _time(moment: timedelta) -> str:
    return f"{datetime.now(UTC) + moment:%Y-%m-%dT%H:%M:%SZ}"


def _assertion(said: Said) -> str:
    values = "".join(
        f'<saml:Attribute Name="{name}">'
        + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in several)
        + "</saml:Attribute>"
        for name, several in said.attributes.items()
    )
    begins, ends = _time(said.begins), _time(said.ends)
    return (
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion1" Version="2.0" '
        f'IssueInstant="{_time(timedelta())}"><saml:Issuer>{said.issuer}</saml:Issuer>'
        '<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">'
        f"{said.uid}</saml:NameID>"
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData '
        f'InResponseTo="{said.request}" Recipient="{said.recipient}" NotOnOrAfter="{ends}"/>'
        "</saml:SubjectConfirmation></saml:Subject>"
        f'<saml:Conditions NotBefore="{begins}" NotOnOrAfter="{ends}"><saml:AudienceRestriction><saml:Audience>'
        f"{said.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
        f'<saml:AuthnStatement AuthnInstant="{_time(timedelta())}" SessionIndex="_session1"><saml:AuthnContext>'
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement>"
        f"<saml:AttributeStatement>{values}</saml:AttributeStatement></saml:Assertion>"
    )


def _response(said: Said, assertion: str) -> str:
    return (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response1" Version="2.0" '
        f'IssueInstant="{_time(timedelta())}" Destination="{said.recipient}" InResponseTo="{said.request}">'
        f"<saml:Issuer>{said.issuer}</saml:Issuer><samlp:Status>"
        '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        f"{assertion}</samlp:Response>"
    )
