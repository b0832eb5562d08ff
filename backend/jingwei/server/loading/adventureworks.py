"""AdventureWorks, the sample company of a bicycle maker: its masters and a slice of its orders, and what that took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from jingwei.books.models import JournalLine
from jingwei.platform.models import Company
from jingwei.server.loading import buying, firm, making, masters, opening, running, selling, slices
from jingwei.server.loading.opening import Opening
from jingwei.server.loading.running import Tally
from jingwei.server.loading.slices import Slice
from jingwei.server.loading.source import Days, Source, ignored_receipts, moved_due_dates
from jingwei.server.loading.stages import Context
from jingwei.stock.models import Move, ValueEntry

ZERO = Decimal(0)
#: The work of a day, in this order: what comes is there before anything goes.
STAGES = (
    opening.STAGE,
    buying.ORDERED,
    selling.ORDERED,
    making.RELEASED,
    buying.RECEIVED,
    buying.INVOICED,
    buying.RETURNED,
    buying.CREDITED,
    making.REPORTED,
    making.COMPLETED,
    making.CLOSED,
    selling.DELIVERED,
    selling.BILLED,
    buying.PAID,
    selling.COLLECTED,
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """What a run did, and what it had to make up or leave out."""

    company: Company
    taken: Slice
    opening: Opening
    tally: Tally
    masters: int
    posted: int
    seconds: float
    memory: int

    @property
    def filled(self) -> Decimal:
        """The share of the value of all goods that came into stock which the opening supplied: 0 to 1."""
        bought = sum(
            (line.price * line.stocked for o in self.taken.purchases if o.is_complete for line in o.lines), ZERO
        )
        return self.opening.value / whole if (whole := bought + self.opening.value) else ZERO

    def lines(self) -> Iterator[str]:
        """The summary, line by line."""
        kinds = self.tally.documents
        rows = self.masters + kinds.total() + self.tally.lines.total() + self.posted
        yield f"Company {self.company.code}: {self.taken.says()}."
        for kind in kinds:
            took = self.tally.spent[kind]
            yield f"  {kind}: {kinds[kind]} documents, {self.tally.lines[kind]} lines in {took:.1f} s"
        yield f"Master records imported: {self.masters}. Moves, value entries and journal lines posted: {self.posted}."
        yield (
            f"{kinds.total()} documents, {rows} rows in {self.seconds:.1f} s; "
            f"{self.tally.rate:.1f} documents per second; peak memory {self.memory / 2**20:.0f} MB."
        )
        yield (
            f"The opening stock supplied {self.opening.value:,.2f}, {100 * self.filled:.2f} % of the value of goods: "
            f"{len(self.opening.quantities)} items, each at its largest shortfall and its standard cost."
        )
        yield (
            f"Ignored receipts of orders that are not complete: {ignored_receipts(self.taken.purchases)} lines. "
            f"Due dates moved to the day the goods came: {moved_due_dates(self.taken.purchases)}."
        )


def load(
    folder: Path,
    *,
    purchases: Days,
    sales: Days,
    work: Days | None = None,
    code: str,
    say: Say,
    group_id: int | None = None,
) -> Loaded:
    """Load a slice into the company of the code, which is made where it is not there yet; run again, it goes on. Work
    orders are left out where no days are given for them.

    Raises RuntimeProblem for missing files and for a company begun with another slice, Refusal where a document is
    refused: what was done before stays.
    """
    begun = time.monotonic()
    source = Source(folder)
    taken = slices.take(source, purchases=purchases, sales=sales, work=work)
    bought, sold, made = len(taken.purchases), len(taken.sales), len(taken.work)
    say(f"{bought} purchase orders, {sold} sales orders and {made} work orders are to be loaded")
    company = firm.found(code, first=taken.first_day(), last=taken.last_day(), group_id=group_id)
    context = Context(company, masters.codes(source))
    opening.require_same(context, taken)
    before = _posted(company.company)
    imported = firm.stock_masters(company, source, dict(taken.contents), say)
    began_with = opening.of(taken, slices.costs_on(source, taken.first_day()))
    orders = [began_with, *taken.purchases, *taken.sales, *taken.work, *making.reports(taken.work)]
    tally = running.load(context, STAGES, orders, say)
    return Loaded(
        company.company,
        taken,
        began_with,
        tally,
        imported,
        _posted(company.company) - before,
        time.monotonic() - begun,
        running.peak_memory(),
    )


def _posted(company: Company) -> int:
    """How many rows the kernels hold of a company."""
    own = {"group_id": company.group_id, "company_id": company.pk}
    return sum(model._default_manager.filter(**own).count() for model in (Move, ValueEntry, JournalLine))
