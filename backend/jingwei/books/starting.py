"""Beginning a company's books: its chart, its first fiscal year, and how it is kept."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from jingwei.books import periods
from jingwei.books.charts import AccountSpec, Standard, Taxpayer, load_chart
from jingwei.books.models import Account, Bookkeeping, RevenueOn, VoucherScheme
from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Change, Command
from jingwei.platform.documents.registering import register
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.text import fold, pinyin_initials, pinyin_sort_key


def start_books(
    command: Command,
    company_id: int,
    *,
    standard: Standard,
    taxpayer: Taxpayer = Taxpayer.GENERAL,
    starts_on: date,
    voucher_scheme: str = VoucherScheme.SINGLE,
    revenue_on: str = RevenueOn.INVOICE,
) -> Bookkeeping:
    """Make the chart of the standard and the twelve periods of the year of `starts_on`.

    Raises Refusal 409 `books.started` when the company has books: a standard is chosen once.
    """
    group_id = command.actor.group_id
    if Bookkeeping.objects.filter(group_id=group_id, company_id=company_id).exists():
        raise Refusal(Problem("books.started", _("The company keeps books already."), status=409))
    made = Bookkeeping(
        id=sets.next_ids(1)[0],
        group_id=group_id,
        company_id=company_id,
        standard=standard.value,
        taxpayer=taxpayer.value,
        voucher_scheme=voucher_scheme,
        revenue_on=revenue_on,
        starts_on=starts_on,
    )
    sets.insert([made])
    _make_chart(command, company_id, load_chart(standard, taxpayer))
    open_year(command, starts_on.year)
    return made


def open_year(command: Command, year: int) -> None:
    """The twelve monthly periods of a year, all areas open."""
    types = schemas(catalogue.get("books.period"))
    create(command, "books.period", [parse(types.create, body) for body in periods.months_of(year)])


def _make_chart(command: Command, company_id: int, chart: tuple[AccountSpec, ...]) -> None:
    """All accounts at once: parents stand before children, so their ids are known."""
    document = catalogue.get("books.account")
    ids = dict(zip((a.code for a in chart), sets.next_ids(len(chart)), strict=True))
    accounts = [_account(command, company_id, spec, ids) for spec in chart]
    register(document, accounts)
    sets.insert(accounts)
    for account in accounts:
        command.changes.append(Change(document.key, account, "create", "created", "", {"code": [None, account.code]}))


def _account(command: Command, company_id: int, spec: AccountSpec, ids: dict[str, int]) -> Account:
    return Account(
        id=ids[spec.code],
        group_id=command.actor.group_id,
        company_id=company_id,
        version=1,
        state="active",
        code=spec.code,
        code_folded=fold(spec.code),
        name_zh=spec.name_zh,
        name_en=spec.name_en,
        name_sort=pinyin_sort_key(spec.name_zh)[:250],
        name_initials=pinyin_initials(spec.name_zh)[:200],
        parent_id=ids[spec.parent] if spec.parent else None,
        type=spec.type.value,
        normal_balance=spec.normal_balance.value,
        role=spec.role.value if spec.role else "",
        is_postable=spec.is_postable,
        asks_party="party" in spec.dimensions or "customer" in spec.dimensions or "supplier" in spec.dimensions,
        asks_item=False,
    )
