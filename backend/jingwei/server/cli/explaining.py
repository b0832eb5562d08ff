"""`jingwei explain`: a reported figure down to its formula, its entries and their documents."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jingwei.server import runtime
from jingwei.server.cli.database import require_migrated
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    from jingwei.platform.reports.explaining import Level

    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]

LANGUAGES = {"zh": "zh-hans", "en": "en"}
ADDRESS = "REPORT?parameter=value&…#ROW/COLUMN"


def register(commands: Parsers) -> None:
    """Add this file's command."""
    parser = commands.add_parser("explain", help="what a reported figure is the sum of; status 1 when it is not")
    parser.add_argument("figure", help=f"{ADDRESS}; references by code, ROW any text of the row, @3, or total")
    parser.add_argument("--company", help="code of the company (needed where there are several)")
    parser.add_argument("--group", type=int, help="id of the group (needed where there are several)")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="en", help="language of the answer")
    parser.add_argument("--depth", type=int, choices=range(4), default=3, help="1 formula, 2 entries, 3 documents")
    parser.add_argument("--limit", type=int, default=20, help="how many rows of each level are listed")
    parser.set_defaults(run=run_explain)


def run_explain(chosen: argparse.Namespace) -> int:
    """`jingwei explain`: exit status 1 when the figure is not known, or not the sum of what it is made of."""
    with runtime.database("jingwei explain", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from django.utils import translation

        from jingwei.platform.reports import addresses

        with translation.override(LANGUAGES[chosen.language]):
            explained = addresses.explain(_actor(chosen), chosen.figure, max(chosen.limit, 1))
            for line in lines(explained, chosen.depth):
                say(line)
    return 0 if explained.found.agrees else 1


def _actor(chosen: argparse.Namespace) -> Any:
    """The system, in the company meant. Raises Refusal 404 `company.unknown`, naming those there are."""
    from django.utils.translation import gettext_lazy as _

    from jingwei.platform.errors import Problem, Refusal
    from jingwei.platform.identity.authentication import system_actor
    from jingwei.platform.models import Company

    companies = Company.objects.order_by("group_id", "code")
    if chosen.group is not None:
        companies = companies.filter(group_id=chosen.group)
    there = list(companies)
    found = [c for c in there if chosen.company in (None, c.code)]
    if len(found) != 1:
        message = _("Say which company is meant.")
        hint = _("There are: %(companies)s.") % {"companies": ", ".join(f"{c.code} ({c.group_id})" for c in there)}
        raise Refusal(Problem("company.unknown", message, hint, status=404))
    return system_actor(found[0].group_id, via="cli", company_id=found[0].pk)


def lines(explained: Any, depth: int) -> Iterator[str]:
    """What the command prints, line by line, in the active language."""
    from django.utils.translation import gettext as _

    from jingwei.platform.reports.addresses import name_of

    found = explained.found
    unit = f" {found.currency}" if found.kind == "amount" and found.currency else ""
    yield f"{name_of(explained)} = {shown(found.amount)}{unit}"
    if depth >= 1:
        yield from _level(_("Formula"), found.formula, ((str(x.term.label), x.amount) for x in found.formula.rows))
    if depth >= 2:
        rows = ((f"{_day(e.on)}  {e.words}", e.amount) for e in found.entries.rows)
        yield from _level(_("Entries"), found.entries, rows)
    if depth >= 3:
        papers = ((f"{_day(p.on)}  {p.label} {p.number}  {p.party}".rstrip(), p.amount) for p in found.documents.rows)
        yield from _level(_("Documents"), found.documents, papers)
    if found.known and depth >= 2:
        yield _("Known amounts without entries: %(amount)s") % {"amount": shown(found.known)}
    if not found.agrees:
        yield _("What it is made of does not add up to the figure.")


def _level(name: str, level: Level, rows: Iterator[tuple[str, Decimal]]) -> Iterator[str]:
    from django.utils.translation import gettext as _

    yield f"{name} ({level.count:,}) = {shown(level.total)}"
    for words, amount in rows:
        yield f"  {shown(amount):>16}  {words}"
    more, together = level.rest
    if more:
        words = _("and %(count)s more, together") % {"count": f"{more:,}"}
        yield f"  {shown(together):>16}  {words}"


def _day(on: date | None) -> str:
    return on.isoformat() if on else " " * 10


def shown(amount: Decimal) -> str:
    """An amount with its thousands, without zeros that say nothing beyond two decimals."""
    text = f"{amount:,f}"
    whole, point, decimals = text.partition(".")
    return whole + point + decimals.rstrip("0").ljust(2, "0") if point else text
