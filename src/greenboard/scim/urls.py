"""The addresses of SCIM."""

from __future__ import annotations

from django.urls import path

from greenboard.scim import bulk, views

urlpatterns = [
    path("Users", views.people, name="scim-people"),
    path("Users/.search", views.search, {"among": "Users"}, name="scim-people-search"),
    path("Users/<str:key>", views.person, name="scim-person"),
    path("Groups", views.groups, name="scim-groups"),
    path("Groups/.search", views.search, {"among": "Groups"}, name="scim-groups-search"),
    path("Groups/<str:key>", views.group, name="scim-group"),
    path(".search", views.search, name="scim-search"),
    path("Bulk", bulk.several, name="scim-bulk"),
    path("ServiceProviderConfig", views.configuration, name="scim-configuration"),
    path("Schemas", views.described, {"what": "Schemas"}, name="scim-schemas"),
    path("Schemas/<str:key>", views.described, {"what": "Schemas"}, name="scim-schema"),
    path("ResourceTypes", views.described, {"what": "ResourceTypes"}, name="scim-types"),
    path("ResourceTypes/<str:key>", views.described, {"what": "ResourceTypes"}, name="scim-type"),
    path("<path:path>", views.nothing, name="scim-nothing"),
]
