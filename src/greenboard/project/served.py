"""The application as a web process serves it: it reads ahead what pages count in."""

from __future__ import annotations

from greenboard.project import warming
from greenboard.project.wsgi import application

__all__ = ["application"]

warming.begin()
