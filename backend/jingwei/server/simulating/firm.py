"""The demo company: founded with its books, master data, capital and opening stock; and the people who act in it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.models import Period, RevenueOn, VoucherScheme
from jingwei.platform import organising
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.perform import perform
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.platform.identity.actor import Actor
from jingwei.platform.identity.authentication import system_actor
from jingwei.platform.models import Company, Group, RoleAssignment, User
from jingwei.platform.text import fold
from jingwei.server import companies
from jingwei.server.simulating import goods, masters
from jingwei.server.simulating.chance import Chance
from jingwei.server.simulating.masters import Body

#: Account that money comes to and goes from, in the chart of 小企业会计准则.
BANK = "1002"
CAPITAL = "4000000.00"
#: Working days of use that the opening stock covers.
OPENING_DAYS = 15
#: The posts of those who type documents: preset roles.
POSTS = ("steward", "buyer", "clerk", "keeper", "planner", "lead", "accountant", "cashier", "controller")

Say = Callable[[str], None]


@dataclass
class Firm:
    """The company, chance, and who acts in which role; `made` counts documents by kind."""

    company: Company
    chance: Chance
    people: dict[str, User]
    since: date
    made: Counter[str] = field(default_factory=Counter)
    actors: dict[str, Actor] = field(default_factory=dict)

    def company_age(self, day: date) -> int:
        """Days since the first posting could be made."""
        return (day - self.since).days

    def at(self, day: date, hour: int) -> str:
        """An hour of a day, on the company's clock."""
        return datetime.combine(day, time(hour), ZoneInfo(self.company.time_zone)).isoformat()

    def actor(self, role: str) -> Actor:
        """The person of a role. What each may do is not checked here: a play's people keep to their posts."""
        if role not in self.actors:
            person = self.people[role]
            everything = system_actor(self.company.group_id, via="simulate", company_id=self.company.pk)
            self.actors[role] = replace(everything, user_id=person.pk, name=person.name)
        return self.actors[role]

    def make(self, role: str, key: str, bodies: Sequence[Body], *actions: str, **inputs: Any) -> list[Any]:
        """Documents typed by a role, and actions done to all of them. Raises Refusal as the documents do."""
        if not bodies:
            return []
        types = schemas(catalogue.get(key))
        drafts = [parse(types.create, body, row=row) for row, body in enumerate(bodies, start=1)]
        work: Callable[[Command], list[Any]] = partial(_create, key=key, drafts=drafts)
        made = run(self.actor(role), work)
        self.made[key] += len(made)
        for action in actions:
            made = self.do(role, key, [record.pk for record in made], action, **inputs)
        return made

    def do(self, role: str, key: str, ids: Sequence[int], action: str, **inputs: Any) -> list[Any]:
        """An action of a role on documents."""
        if not ids:
            return []
        declared = catalogue.get(key).action(action)
        assert declared is not None, f"{key} has no action {action}"
        given = declared.inputs(**inputs) if inputs and declared.inputs is not None else None
        return perform(key, list(ids), action, given, actor=self.actor(role))


def _create(command: Command, key: str, drafts: Sequence[Any]) -> list[Any]:
    return create(command, key, drafts)


def found(seed: int, first: date, last: date, *, code: str, group_id: int | None, say: Say) -> tuple[Firm, bool]:
    """The company, made where it is not there yet, with its books from the January before `first` and fiscal years
    that reach `last`; and whether it is new.

    Raises Refusal as `companies.create_company` and `open_fiscal_year` do.
    """
    company, is_new = companies.find_company(code, group_id), False
    if company is None:
        is_new = True
        facts = {**masters.COMPANY, "code": code}
        company = companies.create_company(
            facts,
            standard=Standard.SBE,
            taxpayer=Taxpayer.GENERAL,
            voucher_scheme=VoucherScheme.SINGLE,
            revenue_on=RevenueOn.INVOICE,
            starts_on=first.replace(month=1, day=1),
            group_id=group_id,
        ).company
    own = {"group_id": company.group_id, "company_id": company.pk}
    reached = Period.objects.filter(**own).order_by("-year").values_list("year", flat=True).first() or first.year
    for year in range(reached + 1, last.year + 1):
        companies.open_fiscal_year(code, year, group_id=company.group_id)
    firm = Firm(company, Chance(seed), _people(company), first)
    if is_new:
        _furnish(firm, first, say)
    return firm, is_new


def _people(company: Company) -> dict[str, User]:
    """Who holds each post: the group's users of that role, or somebody who cannot sign in."""
    group = Group.objects.get(pk=company.group_id)
    people: dict[str, User] = {}
    for row in RoleAssignment.objects.filter(group=group).select_related("user", "role").order_by("id"):
        people.setdefault(row.role.key, row.user)
    for post in POSTS:
        if post not in people:
            login = f"{post}-{company.code}-{group.pk}".lower()
            people[post] = organising.create_user(login, post, secrets.token_urlsafe(24))
            User.objects.filter(pk=people[post].pk).update(is_active=False)
            organising.assign(group, people[post], post)
    return people


def _furnish(firm: Firm, first: date, say: Say) -> None:
    """Master data, capital, and a stock for the first weeks at what it costs."""
    records = [
        ("masterdata.unit", masters.UNITS),
        ("masterdata.item-category", masters.CATEGORIES),
        ("masterdata.item", masters.items()),
        ("masterdata.party", [*masters.suppliers(), *masters.customers()]),
        ("masterdata.department", masters.DEPARTMENTS),
        ("masterdata.employee", masters.employees(first.isoformat())),
        *masters.PLACES,
        ("sales.credit-limit", masters.credit_limits()),
        ("engineering.work-centre", masters.WORK_CENTRES),
    ]
    for key, bodies in records:
        firm.make("steward", key, _missing(firm, key, bodies))
    for key, bodies in (
        ("engineering.bom", masters.boms(first.isoformat())),
        ("engineering.routing", masters.routings(first.isoformat())),
    ):
        firm.make("steward", key, bodies, "activate")
    say(f"{firm.made.total()} master records")
    use, cost = goods.daily_use(), goods.rolled_cost()
    lines = [
        {"item": code, "location": masters.STOCK, "quantity": str(quantity), "price": f"{cost[code]:f}"}
        for code in sorted(use)
        if (quantity := round(use[code] * OPENING_DAYS))
    ]
    opening = {"moved_at": firm.at(first, 0), "reason": "期初库存 / Opening stock", "lines": lines}
    firm.make("keeper", "warehouse.opening", [opening], "post")
    capital = voucher(first, "收到投资款 / Capital paid in", (BANK, CAPITAL, None), ("3001", None, CAPITAL))
    book(firm, [capital])


def _missing(firm: Firm, key: str, bodies: Sequence[Body]) -> Sequence[Body]:
    """Those whose code is not there yet: the group may have other companies."""
    model: Any = catalogue.get(key).model
    if "code" not in bodies[0]:
        return bodies
    own = {"company_id": firm.company.pk} if hasattr(model, "company_id") else {}
    rows = model._default_manager.filter(group_id=firm.company.group_id, **own)
    known = set(rows.values_list("code_folded", flat=True))
    return [body for body in bodies if fold(body["code"]) not in known]


def voucher(on: date, summary: str, *lines: tuple[str, str | None, str | None]) -> Body:
    """A voucher of (account, debit, credit)."""
    rows = [{"account": a, **({"debit": d} if d else {}), **({"credit": c} if c else {})} for a, d, c in lines]
    return {"posted_on": on.isoformat(), "summary": summary, "lines": rows}


def book(firm: Firm, vouchers: Sequence[Body]) -> None:
    """Vouchers prepared by the accountant, reviewed and posted by the controller."""
    made = firm.make("accountant", "finance.voucher", vouchers)
    for action in ("review", "post"):
        firm.do("controller", "finance.voucher", [v.pk for v in made], action)
