"""Scaffolds as files: reading them, and rendering them by Copier in a process of its own that cannot do harm.

What other packages use is here. See docs/writing-scaffolds.md and decision 0039.
"""

from greenboard.scaffolds.rendering.reading import read
from greenboard.scaffolds.rendering.service import library, recorded, render, update
from greenboard.scaffolds.rendering.types import (
    Choice,
    Entity,
    Json,
    Limits,
    Question,
    Recorded,
    Rendered,
    Scaffold,
    Task,
)

__all__ = [
    "Choice",
    "Entity",
    "Json",
    "Limits",
    "Question",
    "Recorded",
    "Rendered",
    "Scaffold",
    "Task",
    "library",
    "read",
    "recorded",
    "render",
    "update",
]
