"""Material issues and returns: components from the stock into an order and back. Posting changes the order's counters
first, then moves the goods (M01); what comes back is worth its share of what the issue costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Location, LocationKind
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.text import fold
from jingwei.production import counters, successors
from jingwei.production.models import MaterialIssue, MaterialIssueLine, ProductionComponent, ProductionOrder
from jingwei.stock import posting
from jingwei.stock.models import Move
from jingwei.warehouse import goods, places

POSTED = "posted"
EVENT = "production.issued"
RANK = 60
ZERO = Decimal(0)


class Reversal(Input):
    """When the goods went back."""

    moved_at: datetime = asked(_("Moved at"), _("When the goods went back; in an open period."))


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Components of released orders, quantities in their units, places of the stock, lots; fills item and place."""
    known = counters.orders(command, (d.record.order_id for d in drafts))
    counters.load_places(command, known.values())
    first = _first(command, drafts)
    problems: list[Problem] = []
    for draft in drafts:
        issue: MaterialIssue = draft.record
        order = known.get(issue.order_id)
        if order is not None and (closed := counters.not_released(order)) is not None:
            problems.append(closed.at(row=draft.row))
        for position, line in enumerate(issue.lines):
            part = counters.component(order, line.order_line)
            for problem in line_problems(command, order, part, line, first):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
        if all(line.item_id for line in issue.lines):
            problems += goods.lot_problems(draft.row, issue)
    return problems


def _first(command: Command, drafts: Sequence[Draft]) -> Location | None:
    """The place that is meant where nobody names one."""
    bare = [d for d in drafts if any(line.location_id is None for line in d.record.lines)]
    return places.first_of_stock(command, bare[0].record.company_id) if bare else None


def line_problems(
    command: Command,
    order: ProductionOrder | None,
    part: ProductionComponent | None,
    line: Any,
    first: Location | None,
) -> list[Problem]:
    """What is wrong with a line that takes a component, by field; fills its item and place."""
    if order is None or part is None:
        message: Text = _("The order has no component %(line)s.") % {"line": line.order_line}
        return [Problem("order_line.unknown", message, field="order_line")]
    line.item = part.item
    if line.location_id is None:
        line.location = place_of(command, order, part, first)
    problem = counters.scale_problem(part.item, line.quantity, "quantity")
    return [*([problem] if problem else []), *goods.place_problems(part.item, line.location)]


def place_of(
    command: Command, order: ProductionOrder, part: ProductionComponent, first: Location | None
) -> Location | None:
    """Where a component is taken from: its own place, the order's, the company's first."""
    wanted = part.location_id or order.components_location_id
    return command.load(Location, [wanted])[wanted] if wanted else first


def check_return(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """What comes back of posted issues of the order; fills component, item, place and lot from the issue's line."""
    known = counters.issue_lines(command, (x.issue_id for d in drafts for x in d.record.lines if x.issue_id))
    problems: list[Problem] = []
    for draft in drafts:
        for position, line in enumerate(draft.record.lines):
            issued = known.get((line.issue_id or 0, line.issue_line or 0))
            for problem in _returned_problems(draft.record, line, issued):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
    return problems or check(command, drafts)


def _returned_problems(
    document: MaterialIssue, line: MaterialIssueLine, issued: MaterialIssueLine | None
) -> list[Problem]:
    message: Text
    if issued is None:
        message = _("The issue has no line %(line)s.") % {"line": line.issue_line or ""}
        return [Problem("issue_line.unknown", message, field="issue_line")]
    problems = []
    if issued.material_issue.order_id != document.order_id:
        message = _("Issue %(issue)s is for another order.") % {"issue": issued.material_issue}
        problems.append(Problem("issue.order", message, field="issue"))
    if (unposted := _not_posted(issued)) is not None:
        problems.append(unposted)
    if document.moved_at < issued.material_issue.moved_at:
        problems.append(Problem("date.order", _("The goods cannot go back before they moved."), field="issue"))
    line.order_line = issued.order_line
    if line.location_id is None:
        line.location_id = issued.location_id
    line.lot = line.lot or issued.lot
    if fold(line.lot) != fold(issued.lot):
        message = _("Lot %(lot)s was issued, not %(given)s.") % {"lot": issued.lot, "given": line.lot}
        problems.append(Problem("lot.other", message, field="lot"))
    return problems


def _not_posted(issued: MaterialIssueLine, line: int | None = None) -> Problem | None:
    if issued.material_issue.state == POSTED and issued.issue_id is None:
        return None
    message = _("%(issue)s is not posted.") % {"issue": issued.material_issue}
    return Problem("issue.not_posted", message, field="issue", line=line, status=409)


def post(command: Command, issues: Sequence[MaterialIssue], inputs: Input) -> None:
    """Raise what is issued of the components and move them into work in process. Raises `order.not_released`, and what
    the stock raises: `stock.short` names what is there."""
    known = counters.orders(command, (i.order_id for i in issues), lock=True)
    refuse(p for o in known.values() if (p := counters.not_released(o)) is not None)
    changes = counters.Changes(command, known.values())
    for issue in issues:
        for line in issue.lines:
            part = counters.component(known[issue.order_id], line.order_line)
            assert part is not None, "checked when the issue was saved"
            part.quantity_issued += line.quantity
    changes.save()
    _move(command, issues, {})


def post_returns(command: Command, returns: Sequence[MaterialIssue], inputs: Input) -> None:
    """Raise what came back of the issues' lines, lower what is issued, and move the goods back. Raises `return.over`,
    `issue.not_posted`, `order.not_released`."""
    known = counters.orders(command, (r.order_id for r in returns), lock=True)
    refuse(p for o in known.values() if (p := counters.not_released(o)) is not None)
    issued = counters.issue_lines(command, (x.issue_id for r in returns for x in r.lines if x.issue_id), lock=True)
    pairs = [(r, line, issued[line.issue_id or 0, line.issue_line or 0]) for r in returns for line in r.lines]
    refuse(p for _r, line, of in pairs if (p := _not_posted(of, line.line)) is not None)
    changes = counters.Changes(command, known.values())
    for document, line, of in pairs:
        of.quantity_returned += line.quantity
        if of.quantity_returned > of.quantity:
            refuse([_over_returned(line, of)])
        _take(known[document.order_id], line, -1)
    sets.update(list({of.pk: of for _r, _l, of in pairs}.values()), ["quantity_returned"])
    changes.save()
    moves = _issue_moves(command, {of.material_issue_id for _r, _l, of in pairs})
    _move(command, returns, {line.pk: moves[of.material_issue_id, of.line] for _r, line, of in pairs})


def _take(order: ProductionOrder, line: Any, sign: int) -> None:
    part = counters.component(order, line.order_line)
    assert part is not None, "checked when the document was saved"
    part.quantity_issued += sign * line.quantity


def _over_returned(line: MaterialIssueLine, issued: MaterialIssueLine) -> Problem:
    over = issued.quantity_returned - issued.quantity
    message = _("Line %(line)s of %(issue)s: %(more)s more than the %(issued)s that were issued would come back.") % {
        "line": issued.line,
        "issue": issued.material_issue,
        "more": counters.plain(over),
        "issued": counters.plain(issued.quantity),
    }
    documents = (DocumentRef("production.issue", issued.material_issue_id, issued.material_issue.number),)
    return Problem("return.over", message, field="lines", line=line.line, status=409, documents=documents)


def _issue_moves(command: Command, issue_ids: Iterable[int]) -> dict[tuple[int, int], Move]:
    rows = Move.objects.filter(group_id=command.actor.group_id, document_id__in=sorted(issue_ids), reverses=None)
    return {(m.document_id, m.document_line): m for m in rows}


def _move(command: Command, documents: Sequence[MaterialIssue], origins: dict[int, Move]) -> None:
    """Move the goods of issues (no origins), or of returns from the moves they come back from."""
    by_company: dict[int, list[tuple[MaterialIssue, MaterialIssueLine]]] = defaultdict(list)
    for document in documents:
        by_company[document.company_id] += [(document, line) for line in document.lines]
    for company_id, pairs in sorted(by_company.items()):
        place = places.outside(command, company_id, LocationKind.PRODUCTION)
        lots = goods.lots(command, [line for _d, line in pairs], make=False)
        drafts = [
            moved(command, d, line, d.order_id, (line.location_id or 0, place.pk), lots, origins.get(line.pk))
            for d, line in pairs
        ]
        for (_d, line), move in zip(pairs, posting.post(command, company_id, drafts), strict=True):
            line.amount = abs(move.value)
    for document in documents:
        document.amount = sum((line.amount for line in document.lines), ZERO)


def moved(
    command: Command,
    document: Any,
    line: Any,
    order_id: int,
    ends: tuple[int, int],
    lots: dict[tuple[int, str], int],
    origin: Move | None = None,
) -> posting.MoveDraft:
    """A component's move for an order; back from where it went where `origin` is the issue's move."""
    return posting.MoveDraft(
        document_id=document.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=ends[1] if origin else ends[0],
        to_location_id=ends[0] if origin else ends[1],
        quantity=line.quantity,
        effective_at=document.moved_at,
        effective_on=command.date_of(document.moved_at, document.company_id),
        event=EVENT,
        lot_id=lots.get((line.item_id, fold(line.lot))) if line.lot else None,
        rank=RANK,
        origin_id=origin.pk if origin else None,
        summary=document.number,
        order_id=order_id,
    )


def reverse(command: Command, issues: Sequence[MaterialIssue], inputs: Reversal) -> None:
    """Lower what is issued and take the goods back. Raises `doc.has_successors`, `order.not_released`, `date.order`."""
    refuse(successors.problems(issues, successors.of_issues(command, [i.pk for i in issues])))
    _back(command, issues, inputs, -1)


def reverse_returns(command: Command, returns: Sequence[MaterialIssue], inputs: Reversal) -> None:
    """Take a return back: the goods are in the order again."""
    _back(command, returns, inputs, 1)


def _back(command: Command, documents: Sequence[MaterialIssue], inputs: Reversal, sign: int) -> None:
    refuse(too_early(documents, inputs.moved_at))
    known = counters.orders(command, (d.order_id for d in documents), lock=True)
    refuse(p for o in known.values() if (p := counters.not_released(o)) is not None)
    changes = counters.Changes(command, known.values())
    if sign > 0:
        issued = counters.issue_lines(
            command, (x.issue_id for d in documents for x in d.lines if x.issue_id), lock=True
        )
        for line in (line for d in documents for line in d.lines):
            issued[line.issue_id or 0, line.issue_line or 0].quantity_returned -= line.quantity
        sets.update(list(issued.values()), ["quantity_returned"])
    for document in documents:
        for line in document.lines:
            _take(known[document.order_id], line, sign)
    changes.save()
    move_back(command, documents, inputs.moved_at, EVENT)


def too_early(documents: Iterable[Any], moved_at: datetime) -> Iterable[Problem]:
    """`date.order`, where goods would go back before they moved."""
    message = _("The goods cannot go back before they moved.")
    return (Problem("date.order", message, field="moved_at") for d in documents if moved_at < d.moved_at)


def move_back(command: Command, documents: Sequence[Any], moved_at: datetime, event: str, output: str = "") -> None:
    """The goods of documents of orders back to where they came from; `output` is the rule of what orders made."""
    rows = Move.objects.filter(
        group_id=command.actor.group_id, document_id__in=[d.pk for d in documents], reverses=None
    )
    moves = list(rows.order_by("id"))
    orders = {d.pk: d.order_id for d in documents}
    for company_id in sorted({d.company_id for d in documents}):
        own = [m for m in moves if m.company_id == company_id]
        on = command.date_of(moved_at, company_id)
        drafts = []
        for of, members in (
            (event, [m for m in own if m.document_line != counters.OUTPUT]),
            (output, [m for m in own if m.document_line == counters.OUTPUT]),
        ):
            drafts += posting.mirrored(members, moved_at, on, dict.fromkeys(orders, of), orders=orders)
        posting.post(command, company_id, drafts)


def from_orders(command: Command, orders: Sequence[ProductionOrder]) -> list[dict[str, Any]]:
    """下推: an issue of what each order still needs and is not backflushed."""
    bodies = []
    for order in orders:
        lines = [
            {"order_line": part.line, "quantity": counters.plain(quantity)}
            for part in order.components
            if not part.is_backflushed and (quantity := counters.needed(part)) > 0
        ]
        if lines:
            bodies.append({"order": order.pk, "moved_at": command.at.isoformat(), "lines": lines})
    if not bodies:
        raise Refusal(Problem("order.nothing_needed", _("All components are issued."), status=409))
    return bodies


def returns_of(command: Command, issues: Sequence[MaterialIssue]) -> list[dict[str, Any]]:
    """下推: a return per order of what of issues did not come back yet."""
    by_order: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for issue in issues:
        for line in issue.lines:
            if (left := line.quantity - line.quantity_returned) > 0:
                by_order[issue.order_id].append(
                    {"issue": issue.pk, "issue_line": line.line, "quantity": counters.plain(left)}
                )
    if not by_order:
        raise Refusal(Problem("issue.nothing_left", _("All of it came back."), status=409))
    return [{"order": order, "moved_at": command.at.isoformat(), "lines": lines} for order, lines in by_order.items()]
