"""XML of reports, read with defusedxml: entity definitions and outside references are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, bounded

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse(raw: bytes, path: str, *roots: str) -> Element:
    """The root element of a report.

    Raises:
        BadReport: cut off or malformed (with line and column), with entities of its own, or with
            another root than the ones expected, or of too many parts.

    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException, ElementTree

    bounded(raw, path, b"<", b"=")
    try:
        root: Element = ElementTree.fromstring(raw)
    except ParseError as error:
        line, column = error.position
        what = str(error).partition(":")[0]
        raise BadReport(f"not whole XML: {what}", place=Place(path, line, column + 1)) from None
    except DefusedXmlException as error:
        raise BadReport(f"refused for safety: {type(error).__name__}", place=Place(path)) from None
    except (ValueError, LookupError, RecursionError) as error:
        raise BadReport(f"not valid XML: {error}", place=Place(path)) from None
    if roots and plain(root.tag) not in roots:
        raise BadReport(
            "not the expected report", place=Place(path, 1, 1), expected=" or ".join(roots), got=plain(root.tag)
        )
    return root


def plain(tag: object) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
