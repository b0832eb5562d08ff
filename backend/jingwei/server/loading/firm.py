"""The company that the sample is loaded into: books in US dollars by the international chart, and its master data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.models import Period, RevenueOn, VoucherScheme
from jingwei.platform.identity.actor import Actor
from jingwei.platform.identity.authentication import system_actor
from jingwei.platform.models import Company
from jingwei.server import companies
from jingwei.server.loading import engineering, masters
from jingwei.server.loading.importing import import_missing
from jingwei.server.loading.source import Source

CURRENCY = "USD"
ZONE = "America/Los_Angeles"
#: The account of the chart that money comes to and goes from.
BANK = "1020"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Firm:
    """The company and who acts in it."""

    company: Company
    actor: Actor

    def at(self, day: date, hour: int) -> datetime:
        """An hour of a business day, on the company's clock."""
        return datetime.combine(day, time(hour), ZoneInfo(self.company.time_zone))


def found(code: str, *, first: date, last: date, group_id: int | None = None) -> Firm:
    """The company of the code, made where it is not there yet, with open fiscal years from `first` to `last`.

    Raises Refusal as `companies.create_company` and `open_fiscal_year` do.
    """
    company = companies.find_company(code, group_id)
    if company is None:
        facts = {
            "code": code,
            "name_zh": "Adventure Works 自行车公司",
            "name_en": "Adventure Works Cycles",
            "currency": CURRENCY,
            "time_zone": ZONE,
        }
        begun = companies.create_company(
            facts,
            standard=Standard.IFRS,
            taxpayer=Taxpayer.GENERAL,
            voucher_scheme=VoucherScheme.SINGLE,
            revenue_on=RevenueOn.INVOICE,
            starts_on=first,
            group_id=group_id,
        )
        company = begun.company
    own = {"group_id": company.group_id, "company_id": company.pk}
    reached = Period.objects.filter(**own).order_by("-year").values_list("year", flat=True).first() or first.year
    for year in range(reached + 1, last.year + 1):
        companies.open_fiscal_year(code, year, group_id=company.group_id)
    return Firm(company, system_actor(company.group_id, via="load", company_id=company.pk))


def stock_masters(firm: Firm, source: Source, contents: dict[str, int], say: Say) -> int:
    """Import the master records that are not there yet, each kind after what it names; returns how many were made."""
    known = masters.people(source)
    steps = [
        ("masterdata.unit", masters.unit_bodies()),
        *(("masterdata.item-category", level) for level in masters.category_levels(source)),
        ("masterdata.item", list(masters.item_bodies(source, contents))),
        ("masterdata.supplier", list(masters.supplier_bodies(source, known))),
        ("masterdata.customer", list(masters.customer_bodies(source, known))),
        *(("masterdata.department", level) for level in masters.department_levels(source)),
        ("masterdata.employee", list(masters.employee_bodies(source, known))),
        *masters.place_bodies(),
        (engineering.WORK_CENTRE, list(engineering.work_centre_bodies(source))),
        (engineering.BOM, list(engineering.bill_bodies(source))),
    ]
    made = sum(import_missing(firm.actor, key, bodies, say) for key, bodies in steps)
    say(f"{engineering.BOM}: {engineering.activate_bills(firm.actor, source)} activated")
    return made
