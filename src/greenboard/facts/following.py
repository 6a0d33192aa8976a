"""The facts that follow from the catalog, kept in step with it."""

from __future__ import annotations

from datetime import datetime

from greenboard.catalog import store as catalog
from greenboard.facts.described import describe
from greenboard.facts.service import Whole, record
from greenboard.facts.types import SourceKind


def follow(at: datetime) -> None:
    """Record what the whole catalog says at a moment, and end what it no longer says.

    Whose owner, team or dependency changed reads otherwise too, however far away; only what differs is written.
    """
    declared = catalog.declared(at)
    everybody = Whole([entity.ref for entity in declared.entities], (SourceKind.CATALOG,))
    record(describe(declared, at, complete=True), [], at, whole=everybody)
