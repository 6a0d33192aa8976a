"""What this service says of itself: its resources, and what it can do."""

from __future__ import annotations

from typing import Annotated, ClassVar

import scim2_models
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ComplexAttribute,
    EnterpriseUser,
    ETag,
    Filter,
    Mutability,
    Patch,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    User,
)
from scim2_models.resources.group import GroupMember

MOST = 1000
"""Resources on one page, and operations in one request."""
LARGEST = 2**20
"""Bytes of a request of several operations."""

Person = User[EnterpriseUser]


class Member(GroupMember):
    """A member of a group: who it is, is asked of the person. A name beside the id would only grow old."""

    display: Annotated[str | None, Mutability.read_only] = None


class Group(scim2_models.Group):
    """A group, of people only."""

    members: list[Member] | None = None  # type: ignore[assignment]  # narrower than what it takes the place of
    Members: ClassVar[type[ComplexAttribute]] = Member


PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, Group],
    resource_types=[ResourceType.from_resource(Person), ResourceType.from_resource(Group)],
    config=ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=True, max_operations=MOST, max_payload_size=LARGEST),
        filter=Filter(supported=True, max_results=MOST),
        change_password=ChangePassword(supported=True),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Token",
                description="A token of Greenboard with the permission people.provision, as a bearer token.",
                primary=True,
            )
        ],
    ),
    # Providers send attributes of their own; refusing them would refuse the person.
    policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore),
)
