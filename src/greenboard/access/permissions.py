"""What can be permitted, and the roles that ship. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What a permission is about, and so where it has to be granted to hold."""

    ENTITIES = "entities"
    """Single entities: it holds for those that the scope of a grant covers."""
    INSTALLATION = "installation"
    """All of it: it holds only where it is granted for everything."""
    SELF = "self"
    """What is one's own: a grant in any scope suffices."""


class Permission(StrEnum):
    """What somebody can ask to do. The words for people are in `WORDS`."""

    READ = "catalog.read"
    CATALOG_WRITE = "catalog.write"
    FACTS_WRITE = "facts.write"
    RULES_PREVIEW = "rules.preview"
    RULES_WRITE = "rules.write"
    TOKENS_OWN = "tokens.own"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    PEOPLE_PROVISION = "people.provision"
    ACCESS_MANAGE = "access.manage"
    AUDIT_READ = "audit.read"
    HOOKS_MANAGE = "hooks.manage"
    CONNECTIONS_READ = "connections.read"
    CONNECTIONS_MANAGE = "connections.manage"
    ATTEST = "attestations.give"
    EXEMPTIONS_REQUEST = "exemptions.request"
    EXEMPTIONS_DECIDE = "exemptions.decide"
    EXEMPTIONS_ENDLESS = "exemptions.endless"
    CAMPAIGNS_MANAGE = "campaigns.manage"
    REVIEWS_ANSWER = "reviews.answer"
    REVIEWS_SIGN = "reviews.sign"
    REVIEWS_MANAGE = "reviews.manage"
    NOTIFICATIONS_MANAGE = "notifications.manage"
    WORKFLOWS_RUN = "workflows.run"
    WORKFLOWS_MANAGE = "workflows.manage"
    SCAFFOLDS_USE = "scaffolds.use"
    SCAFFOLDS_MANAGE = "scaffolds.manage"
    OPERATE = "operate"
    """The name that it had when there was one administrator."""

    @property
    def about(self) -> About:
        return WORDS[self].about


@dataclass(frozen=True)
class Word:
    """A permission for people: what it allows, in one line."""

    title: str
    about: About = About.INSTALLATION


WORDS: Mapping[Permission, Word] = {
    Permission.READ: Word("See entities with their facts, results, levels and history", About.ENTITIES),
    Permission.CATALOG_WRITE: Word("Declare, change and retire entities and relations", About.ENTITIES),
    Permission.FACTS_WRITE: Word("State facts and gaps about entities", About.ENTITIES),
    Permission.RULES_PREVIEW: Word("Hold drafts of rules against the whole catalog and its past"),
    Permission.RULES_WRITE: Word("Save and restore rules, and define fact types"),
    Permission.TOKENS_OWN: Word("Make and revoke tokens of one's own", About.SELF),
    Permission.PEOPLE_READ: Word("See accounts, teams' members and who may do what"),
    Permission.PEOPLE_MANAGE: Word("Close and open accounts, and put people into teams"),
    Permission.PEOPLE_PROVISION: Word("Provision people and groups from an identity provider"),
    Permission.ACCESS_MANAGE: Word("Grant and revoke roles, make roles, service accounts and their tokens"),
    Permission.AUDIT_READ: Word("Read and export the audit log"),
    Permission.HOOKS_MANAGE: Word("Manage webhooks and read their deliveries"),
    Permission.CONNECTIONS_READ: Word("See connections, their collections and what they discovered"),
    Permission.CONNECTIONS_MANAGE: Word("Make, change, test and run connections, and decide what they discovered"),
    Permission.ATTEST: Word("State and confirm that items of entities hold", About.ENTITIES),
    Permission.EXEMPTIONS_REQUEST: Word("Ask that entities be exempt from rules", About.ENTITIES),
    Permission.EXEMPTIONS_DECIDE: Word("Approve, deny and revoke exemptions", About.ENTITIES),
    Permission.EXEMPTIONS_ENDLESS: Word("Ask for exemptions without an end", About.ENTITIES),
    Permission.CAMPAIGNS_MANAGE: Word("Start, change and end campaigns"),
    Permission.REVIEWS_ANSWER: Word("Ask for reviews of entities and answer their questions", About.ENTITIES),
    Permission.REVIEWS_SIGN: Word("Decide and sign reviews of entities", About.ENTITIES),
    Permission.REVIEWS_MANAGE: Word("Triage and assign reviews, and change their templates"),
    Permission.NOTIFICATIONS_MANAGE: Word("Say who hears of what by which channel, and read what was sent"),
    Permission.WORKFLOWS_RUN: Word("Start workflows about entities", About.ENTITIES),
    Permission.WORKFLOWS_MANAGE: Word("Make and change workflows, and see every run"),
    Permission.SCAFFOLDS_USE: Word("Make things from scaffolds, and open pull requests", About.ENTITIES),
    Permission.SCAFFOLDS_MANAGE: Word("Add, trust and remove sources of scaffolds, and see all that was made"),
    Permission.OPERATE: Word("Settings, operation, and whatever has no permission of its own"),
}


@dataclass(frozen=True)
class Shipped:
    """A role that ships. Its permissions follow the version of the product."""

    name: str
    title: str
    permissions: frozenset[Permission]


_VIEWER = frozenset({Permission.READ, Permission.RULES_PREVIEW, Permission.TOKENS_OWN})
_MEMBER = _VIEWER | {
    Permission.CATALOG_WRITE,
    Permission.FACTS_WRITE,
    Permission.PEOPLE_READ,
    Permission.CONNECTIONS_READ,
    Permission.ATTEST,
    Permission.EXEMPTIONS_REQUEST,
    Permission.REVIEWS_ANSWER,
    Permission.WORKFLOWS_RUN,
    Permission.SCAFFOLDS_USE,
}
_MAINTAINER = _MEMBER | {
    Permission.RULES_WRITE,
    Permission.HOOKS_MANAGE,
    Permission.CONNECTIONS_MANAGE,
    Permission.EXEMPTIONS_DECIDE,
    Permission.CAMPAIGNS_MANAGE,
    Permission.REVIEWS_SIGN,
    Permission.REVIEWS_MANAGE,
    Permission.NOTIFICATIONS_MANAGE,
    Permission.WORKFLOWS_MANAGE,
    Permission.SCAFFOLDS_MANAGE,
}

VIEWER = Shipped("viewer", "Viewer", _VIEWER)
MEMBER = Shipped("member", "Member", _MEMBER)
MAINTAINER = Shipped("maintainer", "Maintainer", _MAINTAINER)
ADMINISTRATOR = Shipped("administrator", "Administrator", frozenset(Permission))
SHIPPED = (VIEWER, MEMBER, MAINTAINER, ADMINISTRATOR)
