"""Addresses of files on forges."""

import pytest

from greenboard.core import links

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/acme/shop.git", f"https://github.com/acme/shop/blob/{COMMIT}/a%20b.yaml#L3"),
        ("https://me:secret@github.com/acme/shop", f"https://github.com/acme/shop/blob/{COMMIT}/a%20b.yaml#L3"),
        ("git@github.com:acme/shop.git", f"https://github.com/acme/shop/blob/{COMMIT}/a%20b.yaml#L3"),
        ("https://gitlab.example.org:8443/a/b/c", f"https://gitlab.example.org:8443/a/b/c/-/blob/{COMMIT}/a%20b.yaml#L3"),
        ("https://bitbucket.org/acme/shop", f"https://bitbucket.org/acme/shop/src/{COMMIT}/a%20b.yaml#lines-3"),
        ("https://codeberg.org/acme/shop", f"https://codeberg.org/acme/shop/src/commit/{COMMIT}/a%20b.yaml#L3"),
    ],
)  # fmt: skip
def test_a_line_of_a_file_has_an_address_on_its_forge(remote, address):
    base = links.files(remote, COMMIT)
    assert links.at(base, "a b.yaml:3") == address
    assert links.at(address, "c.md") == f"{base}c.md"


@pytest.mark.parametrize(
    "remote", ["", "/somewhere", "https://git.example.org/a/b", "http://github.com/a/b", "https://[x"]
)
def test_where_the_forge_is_not_known_there_is_no_address(remote):
    assert links.files(remote, COMMIT) == ""
    assert links.at(links.files(remote, COMMIT), "a.md:1") == ""
