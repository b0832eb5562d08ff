"""Beginning a company with its books, and opening its fiscal years: what the command line does for administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from django.db import transaction

from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.models import Account, Bookkeeping, Period
from jingwei.books.starting import open_year, start_books
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.authentication import system_actor
from jingwei.platform.models import Company, Group
from jingwei.platform.organising import create_group
from jingwei.platform.text import fold
from jingwei.server.roles import PRESETS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Begun:
    """What there is now: the company with the numbers of its accounts and periods; `is_new_group` when the database
    had no group, so that one was made for it."""

    company: Company
    group: Group
    is_new_group: bool
    accounts: int
    periods: int


def create_company(
    facts: Mapping[str, str],
    *,
    standard: Standard,
    taxpayer: Taxpayer,
    voucher_scheme: str,
    revenue_on: str,
    starts_on: date,
    group_id: int | None = None,
) -> Begun:
    """A company, its chart of accounts and the periods of its first year: all of it, or nothing.

    `facts` are fields of the company as people type them. An empty database gets its first group, named as the
    company. Raises Refusal: `group.unknown`, `group.several`, and what the company's declaration refuses
    (`company.code.duplicate`, `name.missing`, `reference.unknown`, `time_zone.unknown`).
    """

    def begin(command: Command) -> Company:
        body = parse(schemas(catalogue.get("platform.company")).create, dict(facts))
        company: Company = create(command, "platform.company", [body])[0]
        _inside(
            command,
            company.pk,
            lambda inner: start_books(
                inner,
                company.pk,
                standard=standard,
                taxpayer=taxpayer,
                starts_on=starts_on,
                voucher_scheme=voucher_scheme,
                revenue_on=revenue_on,
            ),
        )
        return company

    with transaction.atomic():
        is_new = group_id is None and not Group.objects.exists()
        name = facts.get("name_zh") or facts.get("name_en") or ""
        group = create_group(name, PRESETS) if is_new else _group(group_id)
        company = run(system_actor(group.pk, via="cli"), begin)
        own = {"group_id": group.pk, "company_id": company.pk}
        accounts, periods = Account.objects.filter(**own).count(), Period.objects.filter(**own).count()
    return Begun(company, group, is_new, accounts, periods)


def open_fiscal_year(code: str, year: int, *, group_id: int | None = None) -> tuple[Company, int]:
    """The twelve periods of the year that follows the last one; returns the company and how many periods were made.

    Raises Refusal: `group.unknown`, `group.several`, `company.unknown`, 409 `books.missing`, 409 `year.order`.
    """
    group = _group(group_id)
    company = find_company(code, group.pk)
    if company is None:
        raise Refusal(Problem("company.unknown", f"There is no company {code} in group {group.pk} ({group.name})."))
    own = {"group_id": group.pk, "company_id": company.pk}

    def proceed(command: Command) -> int:
        last = Period.objects.filter(**own).order_by("-year").values_list("year", flat=True).first()
        if last is None or not Bookkeeping.objects.filter(**own).exists():
            message = f"The company {company.code} keeps no books yet, so it has no fiscal years."
            raise Refusal(Problem("books.missing", message, status=409))
        if year != last + 1:
            message = f"Fiscal years follow one another: the books of {company.code} reach to the end of {last}."
            raise Refusal(Problem("year.order", message, f"The next year to open is {last + 1}.", status=409))
        _inside(command, company.pk, lambda inner: open_year(inner, year))
        return Period.objects.filter(**own, year=year).count()

    return company, run(system_actor(group.pk, via="cli"), proceed)


def find_company(code: str, group_id: int | None = None) -> Company | None:
    """The company of a code in a group, or in the only one there is; None where there is none yet.

    Raises Refusal `group.unknown`, `group.several`.
    """
    if group_id is None and not Group.objects.exists():
        return None
    return Company.objects.filter(group_id=_group(group_id).pk, code_folded=fold(code)).first()


def _inside(command: Command, company_id: int, work: Callable[[Command], T]) -> T:
    """`work` in a company, as part of the same command: what it changes is recorded by the command's finishers."""
    actor = command.actor
    there = replace(actor, company_id=company_id, companies=actor.companies | {company_id})
    return work(replace(command, actor=there))


def _group(group_id: int | None) -> Group:
    """The group meant: the one named, else the only one there is."""
    groups = list(Group.objects.filter(pk=group_id) if group_id is not None else Group.objects.order_by("id"))
    if len(groups) == 1:
        return groups[0]
    if groups:
        named = ", ".join(f"{group.pk} ({group.name})" for group in groups[:10])
        raise Refusal(Problem("group.several", f"There are {len(groups)} groups: {named}.", "Say which with --group."))
    missing = "There is no group yet." if group_id is None else f"There is no group {group_id}."
    raise Refusal(Problem("group.unknown", missing))
