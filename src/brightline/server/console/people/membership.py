"""Who somebody from the identity provider is here: which role the groups give, and the user that goes with the identity.

A user is found by issuer and subject alone: two people may share a name, and a name or mail address can be given to somebody
else. So nobody from the provider ever becomes a local user of the same name. The role follows the groups at each sign-in;
without a role nobody comes in, and whoever lost theirs loses their sessions too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Set
from itertools import count

from brightline.errors import InputError
from brightline.server.console.people.provider import Identity, NoIdentity
from brightline.store import Store, User, user_name

__all__ = ["admit", "role_of"]

_BY = "identity provider"
_LONGEST_DISPLAY_NAME = 80


def role_of(groups: Set[str], role_map: Mapping[str, str]) -> str | None:
    """The role of the first group in the map that is among ``groups``."""
    return next((role for group, role in role_map.items() if group in groups), None)


def admit(store: Store, identity: Identity, role_map: Mapping[str, str], tenant: str) -> User:
    """The user of this identity, made if there is none, with the role of today. Raises ``NoIdentity``: no role, or disabled."""
    role = role_of(identity.groups, role_map)
    user = store.users.of_oidc(identity.issuer, identity.subject)
    if role is None:
        if user is not None:
            store.sessions.revoke_of(user.id, by=_BY)
        raise NoIdentity("no role", "none of the groups gives a role")
    if user is None:
        user = _new_user(store, identity, role, tenant)
    if user.disabled_at is not None:
        raise NoIdentity("disabled", "the user is disabled here")
    if user.role != role:
        try:
            user = store.users.set_role(user.id, role, by=_BY)
        except InputError as problem:  # the last admin: the role cannot follow, so nobody comes in with the old one
            raise NoIdentity("no role", problem.message) from problem
    shown = _display_name(identity.name)
    return user if shown in ("", user.display_name) else store.users.set_display_name(user.id, shown, by=_BY)


def _new_user(store: Store, identity: Identity, role: str, tenant: str) -> User:
    wanted = _name(identity.login)
    for number in count(1):
        name = wanted if number == 1 else f"{wanted[:56]}-{number}"
        try:
            return store.users.create(name, role=role, by=_BY, oidc=(identity.issuer, identity.subject), tenant=tenant)
        except InputError as problem:
            if problem.code != "BL-INPUT-714":
                raise
        made = store.users.of_oidc(identity.issuer, identity.subject)  # by another process, just now
        if made is not None:
            return made
    raise AssertionError  # count() has no end


def _name(login: str) -> str:
    """A sign-in name like the provider's, of the signs that ours may have."""
    kept = "".join(sign if sign.isalnum() or sign in "._-@+" else "-" for sign in unicodedata.normalize("NFKC", login)[:56]).strip("._-@+")
    try:
        return user_name(kept)
    except InputError:
        return "member"


def _display_name(name: str) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in name)
    return " ".join(printable.split())[:_LONGEST_DISPLAY_NAME].strip()
