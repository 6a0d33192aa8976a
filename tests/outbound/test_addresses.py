"""Which addresses may be called: those of the public internet, and what is allowed by name or network."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core.errors import UserError
from greenboard.outbound.addresses import Allowed, check

CLOSED = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.0.8",
    "192.0.0.9", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:7f00:1::", "2001:0:7f00:1::", "::127.0.0.1", "2001:db8::1", "ff02::1",
]  # fmt: skip
OPEN = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", CLOSED)
def test_what_nobody_outside_may_reach_is_not_called(address):
    assert not Allowed().admits(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_the_public_internet_is_called(address):
    assert Allowed().admits(ip_address(address))


def test_what_is_allowed_is_called_and_nothing_beside_it():
    allowed = Allowed.read(["10.1.0.0/16", "hooks.internal", " "])
    assert allowed.admits(ip_address("10.1.2.3"))
    assert not allowed.admits(ip_address("10.2.0.1"))
    assert allowed.names("Hooks.Internal.")
    assert not allowed.names("evil.hooks.internal")
    with pytest.raises(UserError, match="may be called"):
        Allowed.read(["http://x/"])


@given(st.ip_addresses(v=4))
def test_an_address_within_ipv6_is_judged_as_itself(address):
    closed = Allowed().admits(address)
    for inner in (f"::ffff:{address}", f"64:ff9b::{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"):
        assert Allowed().admits(ip_address(inner)) <= closed


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "https://", "https://user:pass@example.com/", "https://127.0.0.1/",
     "https://[::1]/", "https://169.254.169.254/latest", "javascript:alert(1)", "https://[::ffff:10.0.0.1]/",
     "https://example.com:99999/", "file:///etc/passwd", "//example.com/"],
)  # fmt: skip
def test_addresses_that_are_not_called_are_refused_at_once(url):
    with pytest.raises(UserError):
        check(url, Allowed())


def test_plain_http_goes_only_where_it_is_allowed():
    assert check("https://example.com/hook", Allowed()).hostname == "example.com"
    assert check("http://hooks.internal/x", Allowed.read(["hooks.internal"])).scheme == "http"
    assert check("http://127.0.0.1:8080/x", Allowed.read(["127.0.0.1"])).port == 8080
