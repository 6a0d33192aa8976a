"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from greenboard.api.app import api
from greenboard.api.reference import page

urlpatterns = [
    path("api/v1/", api.urls),
    path("api/docs/", page, name="api-reference"),
    path("scim/v2/", include("greenboard.scim.urls")),
    path("", include("greenboard.web.urls")),
]

handler400 = "greenboard.web.faults.bad_request"
handler403 = "greenboard.web.faults.forbidden"
handler404 = "greenboard.web.faults.not_found"
handler429 = "greenboard.web.faults.too_many"
handler500 = "greenboard.web.faults.server_error"
