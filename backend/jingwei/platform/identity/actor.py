"""Who acts: the person or system behind a command, with what they may do and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from jingwei.platform.errors import denied

#: Every permission; only the system's own actor holds it, and it is never stored in a role.
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. `grants` maps a company id, or None for all companies, to permission codes such as
    `masterdata.item.edit`; patterns of roles are already resolved. `companies` are those the actor may see."""

    user_id: int
    name: str
    group_id: int
    company_id: int | None = None
    companies: frozenset[int] = frozenset()
    grants: Mapping[int | None, frozenset[str]] = field(default_factory=dict)
    via: str = "api"
    request_id: str = ""
    source_ip: str | None = None
    language: str = "en"
    principal: str = ""

    def may(self, permission: str, company_id: int | None = None) -> bool:
        """Whether the permission is held in `company_id`; for what belongs to the group (None), in any company."""
        wide = self.grants.get(None, frozenset())
        if permission in wide or EVERYTHING in wide:
            return True
        if company_id is None:
            return any(permission in held for held in self.grants.values())
        return permission in self.grants.get(company_id, frozenset())

    def need(self, permission: str, company_id: int | None = None) -> None:
        """Raise `permission.denied` unless the permission is held."""
        if not self.may(permission, company_id):
            raise denied(permission)

    def scope(self, permission: str) -> frozenset[int]:
        """The companies whose rows the actor may reach with `permission`."""
        if self.grants.get(None, frozenset()) & {permission, EVERYTHING}:
            return self.companies
        return frozenset(c for c in self.companies if permission in self.grants.get(c, frozenset()))

    def in_company(self, company_id: int) -> Actor:
        """The same actor, working in another company."""
        return replace(self, company_id=company_id)


def resolve(patterns: list[str], catalogue: frozenset[str]) -> frozenset[str]:
    """Permissions of `catalogue` that match the patterns; a pattern after `-` takes away again.

    ["masterdata.*", "-*.delete"] is everything in master data but deleting. Later patterns win.
    """
    held: set[str] = set()
    for pattern in patterns:
        name = pattern.removeprefix("-")
        matching = {code for code in catalogue if fnmatchcase(code, name)}
        held = held - matching if pattern.startswith("-") else held | matching
    return frozenset(held)
