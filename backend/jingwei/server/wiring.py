"""The one list of what the system is made of: modules, documents, jobs, finishers. Order is meaning: menus show modules
in this order, finishers run in it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from jingwei.books import documents as books
from jingwei.books import periods
from jingwei.books.invariants import RULES as BOOKS_RULES
from jingwei.books.models import Area, Bookkeeping
from jingwei.books.numbers import give_voucher_numbers
from jingwei.books.reports import REPORTS as BOOKS_REPORTS
from jingwei.books.sealing import Broken, verify
from jingwei.engineering import documents as engineering
from jingwei.engineering.cycles import GUARDS as ENGINEERING_GUARDS
from jingwei.engineering.invariants import RULES as ENGINEERING_RULES
from jingwei.engineering.reports import REPORTS as ENGINEERING_REPORTS
from jingwei.finance import documents as finance
from jingwei.finance.invariants import RULES as FINANCE_RULES
from jingwei.finance.vouchers import name_vouchers
from jingwei.insight.reports import REPORTS as INSIGHT_REPORTS
from jingwei.masterdata import documents as masterdata
from jingwei.platform import declared as platform
from jingwei.platform import views
from jingwei.platform.documents import command, constraints
from jingwei.platform.documents.catalogue import Module, Page, catalogue
from jingwei.platform.invariants import Invariant, platform_rules
from jingwei.platform.jobs import importing
from jingwei.platform.jobs.declare import Job
from jingwei.platform.outbox import Consumer
from jingwei.production import documents as production
from jingwei.production.invariants import RULES as PRODUCTION_RULES
from jingwei.production.reports import REPORTS as PRODUCTION_REPORTS
from jingwei.purchasing import documents as purchasing
from jingwei.purchasing.invariants import RULES as PURCHASING_RULES
from jingwei.sales import documents as sales
from jingwei.sales.invariants import RULES as SALES_RULES
from jingwei.sales.reports import REPORTS as SALES_REPORTS
from jingwei.server.making import with_making
from jingwei.stock import documents as stock
from jingwei.stock.invariants import RULES as STOCK_RULES
from jingwei.stock.reports import REPORTS as STOCK_REPORTS
from jingwei.stock.weighting import make_final
from jingwei.warehouse import documents as warehouse

MODULES = (
    Module("sales", _("Sales"), with_making(sales.DOCUMENTS), reports=SALES_REPORTS),
    Module("purchasing", _("Purchasing"), purchasing.DOCUMENTS),
    Module("warehouse", _("Inventory"), (*warehouse.DOCUMENTS, *stock.DOCUMENTS), reports=STOCK_REPORTS),
    Module("production", _("Production"), production.DOCUMENTS, reports=PRODUCTION_REPORTS),
    Module("engineering", _("Engineering"), engineering.DOCUMENTS, reports=ENGINEERING_REPORTS),
    Module("finance", _("Finance"), (*finance.DOCUMENTS, *books.DOCUMENTS), reports=BOOKS_REPORTS),
    Module("insight", _("Analysis"), reports=INSIGHT_REPORTS),
    Module(
        "masterdata",
        _("Master data"),
        masterdata.DOCUMENTS,
        (Page("masterdata.dictionary", "masterdata/dictionary", _("Data dictionary"), "masterdata.dictionary.view"),),
    ),
    Module("platform", _("Administration"), platform.DOCUMENTS),
)

JOBS: tuple[Job, ...] = (importing.JOB,)

#: Who is told of events after commit.
CONSUMERS: tuple[Consumer, ...] = ()

FINISHERS = (give_voucher_numbers, name_vouchers, command.record_changes, command.tell_others)

#: What an area of a period still needs before nothing more is posted into it.
BEFORE_CLOSING: dict[str, tuple[periods.LastPosting, ...]] = {Area.STOCK_VALUE: (make_final,)}


def install() -> None:
    """Fill the catalogue; called once by the server's app when Django is ready."""
    catalogue.install(MODULES, JOBS, deeds=(views.SHARE,))
    command.finishers[:] = FINISHERS
    constraints.named.update(ENGINEERING_GUARDS)
    periods.before_closing |= BEFORE_CLOSING


def chain_faults(group_id: int) -> Iterator[tuple[int, Broken]]:
    """The first broken link of each company's chain of seals (I-26): not a query, but a recomputation."""
    for company in Bookkeeping.objects.filter(group_id=group_id).values_list("company_id", flat=True):
        fault = verify(group_id, company)
        if fault is not None:
            yield company, fault


def invariants() -> list[Invariant]:
    """Every rule that must hold, in the order of the ladder."""
    return [
        *platform_rules(),
        *ENGINEERING_RULES,
        *BOOKS_RULES,
        *STOCK_RULES,
        *FINANCE_RULES,
        *PURCHASING_RULES,
        *SALES_RULES,
        *PRODUCTION_RULES,
    ]
