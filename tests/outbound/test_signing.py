"""Signatures: made with the secret, over time, number and body, and good for a few minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from greenboard.outbound.signing import PATIENCE, sign, verify

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
GOOD = sign("secret", b"7.{}", AT)


def test_what_was_signed_just_now_is_accepted():
    assert verify("secret", b"7.{}", GOOD, AT + PATIENCE)
    assert verify("secret", b"7.{}", f"{GOOD},v1={'0' * 64}", AT)


@pytest.mark.parametrize(
    ("secret", "body", "header", "now"),
    [
        ("other", b"7.{}", GOOD, AT),
        ("secret", b"8.{}", GOOD, AT),
        ("secret", b"7.{}", GOOD, AT + PATIENCE + timedelta(seconds=1)),
        ("secret", b"7.{}", GOOD, AT - PATIENCE - timedelta(seconds=1)),
        ("secret", b"7.{}", GOOD.replace(",", ", "), AT),
        ("secret", b"7.{}", GOOD.replace("t=", "t=1"), AT),
        ("secret", b"7.{}", "", AT),
        ("secret", b"7.{}", GOOD.partition(",")[0], AT),
    ],
)
def test_anything_else_is_not(secret, body, header, now):
    assert not verify(secret, body, header, now)
