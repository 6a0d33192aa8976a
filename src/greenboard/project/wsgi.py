"""The application that granian serves."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenboard.project.settings")
application = get_wsgi_application()

from greenboard.project import warming  # noqa: E402 - Django has to be there first

warming.begin()

if settings.GREENBOARD.traces_url:
    from greenboard.project.observing import traces

    traces.start(settings.GREENBOARD.traces_url, "web")
