"""What a look at the directory changes, and whether it may. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from greenboard.core.errors import UserError
from greenboard.identity.directory.types import Account, Listed, Look, Plan
from greenboard.identity.placing import Rule, place

LONGEST_NAME = 150


def plan(look: Look, accounts: Collection[Account], rules: Sequence[Rule]) -> Plan:
    """Compare a look with the accounts that there are.

    Somebody is found again by key, whatever their name is now; an account that was made here is linked
    to the first of its name. Accounts above all grants are never touched.
    """
    by_key = {account.key: account for account in accounts if account.key is not None}
    by_name = {account.username.casefold(): account for account in accounts}
    made, linked, changed, reopened, skipped = [], [], [], [], []
    names = Counter(one.username.casefold() for one in look.people)
    for one in look.people:
        account = by_key.get(one.key)
        holder = by_name.get(one.username.casefold())
        if (reason := _hindrance(one, account, holder, names)) is not None:
            skipped.append((one, reason))
            continue
        if account is None and holder is None:
            made.append(one)
            continue
        if account is None:
            assert holder is not None
            linked.append((holder, one))
            account = holder
        if _differs(account, one):
            changed.append((account, one))
        if not account.active:
            reopened.append(account)
    present = {one.key for one in look.people}
    closed = [account for key, account in by_key.items() if key not in present and account.active]
    return Plan(
        made=tuple(made),
        linked=tuple(linked),
        changed=tuple(changed),
        reopened=tuple(reopened),
        closed=tuple(sorted(closed, key=lambda account: account.username)),
        skipped=tuple(skipped),
        placed={one.key: place(look.groups.get(one.key, ()), rules) for one in look.people},
    )


def _hindrance(one: Listed, account: Account | None, holder: Account | None, names: Mapping[str, int]) -> str | None:
    """Why somebody cannot be taken in."""
    if not one.username or len(one.username) > LONGEST_NAME or not one.username.isprintable():
        return "has no name that can sign in"
    if names[one.username.casefold()] > 1:
        return f"several people of the directory are called {one.username}"
    for other in (account, holder):
        if other is not None and other.untouchable:
            return f"{other.username} is the administrator of this installation"
    if holder is not None and holder is not account and (account is not None or holder.key is not None):
        return f"{one.username} is the name of another account"
    return None


def _differs(account: Account, one: Listed) -> bool:
    here = (account.username, account.email, account.first_name, account.last_name)
    return here != (one.username, one.email, one.first_name, one.last_name)


def guard(found: Plan, look: Look, accounts: Collection[Account], most_lost: float) -> None:
    """Refuse a look that would close more accounts than usually leave at once.

    Raises:
        UserError: it does, or the directory showed nobody at all.

    """
    linked = sum(account.key is not None and account.active for account in accounts)
    if linked and not look.people:
        raise UserError(
            f"the directory shows nobody, and {linked} accounts are from there",
            hint="Look at the base and the filter. If everybody left, say so with --force.",
        )
    allowed = max(1, int(linked * most_lost))
    if len(found.closed) > allowed:
        raise UserError(
            f"this look would close {len(found.closed)} of {linked} accounts",
            expected=f"at most {allowed}",
            hint="Look at what left with --dry-run. If it is right, say so with --force.",
        )
