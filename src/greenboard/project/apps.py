"""What follows from what: the events of lower packages, heard by higher ones."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "greenboard.project"
    label = "project"

    def ready(self) -> None:
        from greenboard.attestations import following as attesting
        from greenboard.campaigns import following
        from greenboard.catalog.events import CatalogChanged
        from greenboard.collection import refreshing
        from greenboard.connections.events import PullChanged, TrustChanged
        from greenboard.core.events import subscribe
        from greenboard.core.happened import Happened, Message
        from greenboard.exemptions.events import ExemptionsChanged
        from greenboard.facts.events import FactsChanged
        from greenboard.hooks import outbox
        from greenboard.identity.events import PersonLeft
        from greenboard.notifications import outbox as notices
        from greenboard.results import marks
        from greenboard.results.events import ResultsWritten
        from greenboard.reviews import watching as reviews
        from greenboard.scaffolds import shelf
        from greenboard.scaffolds import watching as scaffolds
        from greenboard.scorecards import remedies
        from greenboard.scorecards.events import RuleSaved
        from greenboard.workflows import hearing
        from greenboard.workflows import store as workflows

        remedies.know("scaffold", shelf.names)
        remedies.know("workflow", workflows.names)
        subscribe(FactsChanged, marks.note_facts)
        subscribe(CatalogChanged, marks.note_catalog)
        subscribe(CatalogChanged, refreshing.note_catalog)
        subscribe(TrustChanged, marks.note_trust)
        subscribe(PullChanged, scaffolds.note_pull)
        subscribe(ExemptionsChanged, marks.note_exemptions)
        subscribe(CatalogChanged, outbox.note_catalog)
        subscribe(FactsChanged, outbox.note_facts)
        subscribe(ResultsWritten, outbox.note_results)
        subscribe(ResultsWritten, following.note_results)
        subscribe(RuleSaved, outbox.note_rule)
        subscribe(Happened, outbox.note)
        subscribe(CatalogChanged, attesting.catalog_changed)
        subscribe(FactsChanged, attesting.facts_changed)
        subscribe(ResultsWritten, reviews.note_results)
        subscribe(CatalogChanged, reviews.note_catalog)
        subscribe(FactsChanged, reviews.note_facts)
        subscribe(PersonLeft, reviews.note_leaving)
        subscribe(CatalogChanged, hearing.note_catalog)
        subscribe(FactsChanged, hearing.note_facts)
        subscribe(ResultsWritten, hearing.note_results)
        subscribe(RuleSaved, hearing.note_rule)
        subscribe(Happened, hearing.note)
        subscribe(Message, hearing.note_message)
        subscribe(ResultsWritten, notices.note_results)
        subscribe(Happened, notices.note)
