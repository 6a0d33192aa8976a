"""References between entities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref, slug


def test_a_full_reference_is_read() -> None:
    assert Ref.parse("service:shop/checkout") == Ref("service", "shop", "checkout")


def test_the_context_fills_what_a_partial_reference_leaves_out() -> None:
    assert str(Ref.parse("Payments", kind="team")) == "team:default/payments"
    assert str(Ref.parse("shop/payments", kind="team")) == "team:shop/payments"


@pytest.mark.parametrize("text", ["", "service:", "a b", "service:x/../y", "checkout"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        Ref.parse(text)


@given(st.text())
def test_any_text_makes_a_valid_name(text: str) -> None:
    assert Ref.parse(f"service:{slug(text)}").name == slug(text)
