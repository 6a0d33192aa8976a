"""The application that granian serves."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenboard.project.settings")
application = get_wsgi_application()

if settings.GREENBOARD.traces_url:
    from greenboard.project.observing import traces

    traces.start(settings.GREENBOARD.traces_url, "web")
