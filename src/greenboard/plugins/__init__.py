"""What plugins are written against: the values that they bring, and `hookimpl`, which marks where they do."""

from greenboard.plugins.contract import (
    API,
    Action,
    Channel,
    EntityPanel,
    Field,
    Function,
    Inputs,
    Looked,
    Page,
    Performing,
    Refused,
    ReportFormat,
    Sent,
    Shown,
)
from greenboard.plugins.framed import Frame, Proxy
from greenboard.plugins.specs import hookimpl

__all__ = [
    "API",
    "Action",
    "Channel",
    "EntityPanel",
    "Field",
    "Frame",
    "Function",
    "Inputs",
    "Looked",
    "Page",
    "Performing",
    "Proxy",
    "Refused",
    "ReportFormat",
    "Sent",
    "Shown",
    "hookimpl",
]
