import pytest

from greenboard.catalog.models import RelationInterval

from .cast import CHECKOUT, CODE, day, enter


@pytest.fixture
def shop(db):
    """A service that lives in a repository."""
    service, code = enter(CHECKOUT), enter(CODE)
    RelationInterval.objects.create(
        kind="lives-in", source=service, target=code, declared_by=service, valid_from=day(-10)
    )
