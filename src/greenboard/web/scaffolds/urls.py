"""The addresses of scaffolds."""

from __future__ import annotations

from django.urls import path

from greenboard.web.scaffolds import makings, sources, view

patterns = [
    path("scaffolds", view.listing, name="scaffolds"),
    path("scaffolds/<str:name>", view.page, name="scaffold"),
    path("scaffolds/<str:name>/fields", view.fields, name="scaffold-fields"),
    path("scaffolds/<str:name>/update", view.update, name="scaffold-update"),
    path("makings", makings.listing, name="makings"),
    path("makings/<int:number>", makings.page, name="making"),
    path("makings/<int:number>/progress", makings.progress, name="making-progress"),
    path("makings/<int:number>/download", makings.download, name="making-download"),
    path("makings/<int:number>/retry", makings.retry, name="making-retry"),
    path("makings/<int:number>/update", makings.update, name="making-update"),
    path("scaffold-sources", sources.listing, name="scaffold-sources"),
    path("scaffold-sources/put", sources.put, name="scaffold-source-put"),
    path("scaffold-connections/<str:name>", sources.reserve, name="scaffold-connection"),
    path("scaffold-sources/<str:name>/look", sources.look, name="scaffold-source-look"),
    path("scaffold-sources/<str:name>/remove", sources.remove, name="scaffold-source-remove"),
]
