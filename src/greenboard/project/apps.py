"""What follows from what: the events of lower packages, heard by higher ones."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "greenboard.project"
    label = "project"

    def ready(self) -> None:
        from greenboard.catalog.events import CatalogChanged
        from greenboard.connections.events import TrustChanged
        from greenboard.core.events import subscribe
        from greenboard.core.happened import Happened
        from greenboard.facts.events import FactsChanged
        from greenboard.hooks import outbox
        from greenboard.notifications import outbox as notices
        from greenboard.results import marks
        from greenboard.results.events import ResultsWritten
        from greenboard.scorecards.events import RuleSaved

        subscribe(FactsChanged, marks.note_facts)
        subscribe(CatalogChanged, marks.note_catalog)
        subscribe(TrustChanged, marks.note_trust)
        subscribe(CatalogChanged, outbox.note_catalog)
        subscribe(FactsChanged, outbox.note_facts)
        subscribe(ResultsWritten, outbox.note_results)
        subscribe(RuleSaved, outbox.note_rule)
        subscribe(Happened, outbox.note)
        subscribe(ResultsWritten, notices.note_results)
        subscribe(Happened, notices.note)
