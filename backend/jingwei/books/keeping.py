"""How companies keep their books: asked for by everything that posts, read once per command."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Account, Bookkeeping
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal


def keeping_of(command: Command, company_ids: Iterable[int]) -> dict[int, Bookkeeping]:
    """By company. Raises Refusal 409 `books.not_started` where one keeps none."""
    wanted, known = set(company_ids), command.loaded[Bookkeeping]
    if missing := wanted - known.keys():
        rows = sets.among(Bookkeeping, command.actor.group_id, "company_id", missing)
        known |= {row.company_id: row for row in rows}
    if wanted - known.keys():
        raise Refusal(Problem("books.not_started", _("The company keeps no books yet."), status=409))
    return {id: known[id] for id in wanted}


def accounts_by_code(command: Command, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Account]:
    """Accounts by (company, code), in one statement; the journal finds them loaded. Raises Refusal 409
    `books.account.undetermined` for one that the chart lacks."""
    asked = set(wanted)
    loaded = command.loaded[Account]
    found = {key: a for a in loaded.values() if (key := (a.company_id, a.code)) in asked}
    if missing := asked - found.keys():
        companies, codes = zip(*missing, strict=True)
        condition = "group_id = %s AND company_id = ANY(%s) AND code = ANY(%s)"
        rows = sets.read(Account, condition, [command.actor.group_id, list(companies), list(codes)])
        for account in rows:
            loaded[account.pk] = account
            found[account.company_id, account.code] = account
    for _company, code in sorted(asked - found.keys()):
        message = _("The chart of the company has no account %(code)s.") % {"code": code}
        raise Refusal(Problem("books.account.undetermined", message, status=409))
    return found
