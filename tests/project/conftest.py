"""A PostgreSQL server of the tests' own. Where it is not installed, the tests say so and are skipped."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Iterator

import psycopg
import pytest

server = importlib.import_module("tools.with_postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server's first database."""
    if server.binaries() is None:
        pytest.skip("PostgreSQL is not installed here: no initdb and postgres")
    with server.server() as url:
        yield url


@pytest.fixture
def database(postgres: str) -> str:
    """The address of an empty database."""
    name = f"test_{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres.replace("/postgres?", f"/{name}?")
