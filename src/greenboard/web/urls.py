"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from greenboard.web.board.view import board
from greenboard.web.catalog.view import listing as catalog
from greenboard.web.editor.view import edit as edit_rule
from greenboard.web.editor.view import new as new_rule
from greenboard.web.entity.view import page as entity
from greenboard.web.facts.view import listing as fact_types
from greenboard.web.facts.view import page as fact_type
from greenboard.web.palette.view import entries
from greenboard.web.results.view import listing as results
from greenboard.web.rule.view import page as rule
from greenboard.web.scorecard.view import listing as scorecards
from greenboard.web.scorecard.view import page as scorecard
from greenboard.web.session.view import SignIn, SignOut

urlpatterns = [
    path("", board, name="board"),
    path("catalog", catalog, name="catalog"),
    path("catalog.csv", catalog, {"as_file": "csv"}, name="catalog-csv"),
    path("catalog.json", catalog, {"as_file": "json"}, name="catalog-json"),
    path("results", results, name="results"),
    path("results.csv", results, {"as_file": "csv"}, name="results-csv"),
    path("results.json", results, {"as_file": "json"}, name="results-json"),
    path("entities/<str:kind>/<str:namespace>/<str:name>", entity, name="entity"),
    path("scorecards", scorecards, name="scorecards"),
    path("scorecards/<str:name>", scorecard, name="scorecard"),
    path("scorecards/<str:scorecard>/rules/new", new_rule, name="rule-new"),
    path("scorecards/<str:scorecard>/rules/<str:name>", rule, name="rule"),
    path("scorecards/<str:scorecard>/rules/<str:name>/edit", edit_rule, name="rule-edit"),
    path("fact-types", fact_types, name="fact-types"),
    path("fact-types/<str:name>", fact_type, name="fact-type"),
    path("palette.json", entries, name="palette"),
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
]
