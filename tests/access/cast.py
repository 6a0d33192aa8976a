"""People, roles and grants for tests of access."""

from greenboard.access.models import Grant, Membership, Person, Role, Service
from greenboard.core import clock


def person(name, **more):
    return Person.objects.create_user(name, password="a long password", **more)


def again(one):
    """The same account as another request reads it."""
    return type(one).objects.get(pk=one.pk)


def granted(role, scope="", **to):
    return Grant.objects.create(role=Role.objects.get(name=role), scope=scope, created_at=clock.now(), **to)


def member(one, team, source="manual", provider=""):
    return Membership.objects.create(person=one, team=team, source=source, provider=provider, since=clock.now())


def service(name="ci", **more):
    return Service.objects.create(name=name, created_at=clock.now(), **more)


def nothing_for_everyone():
    """Revoke what a new installation grants to everyone."""
    Grant.objects.filter(everyone=True).delete()
