"""Bodies of new documents, by kind. A document that is drawn down from others by a declared conversion needs none here:
the machine makes it from what the conversion proposes. A new kind that people type joins with one function."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db import models

from jingwei.books.models import OpenItem
from jingwei.platform.documents.declare import Document
from tests.machine.firm import Body, Dice, Firm, accounts, cents

STOCKED = ("BOLT", "NUT", "BOLT", "NUT", "OIL")
PLACES = ("A-01", "A-02")
LOTS = ("L1", "L2")
CUSTOMERS = ("C1", "B1", "X1")
SUPPLIERS = ("S1", "B1", "X1")


def odd(dice: Dice) -> str:
    """What the rules should stumble over."""
    return dice.one(["3", "0.5", "1000", "0", "-1"])


def quantity(dice: Dice) -> str:
    """Mostly a few; now and then none, a fraction, or more than there is."""
    usual = ["1", "2", "5", "8", str(dice.whole(1, 9)), str(dice.whole(1, 9)), str(dice.whole(10, 40)), odd(dice)]
    return dice.one(usual)


def _priced(dice: Dice, items: Sequence[str]) -> Body:
    line = {"item": dice.one(items), "quantity": quantity(dice), "price": dice.one(["2", "3.33", "0.07", "0"])}
    if dice.rarely(3):
        line["tax_rate"] = dice.one(["13", "6", "0"])
    if dice.rarely():
        line["discount_rate"] = dice.one(["10", "33.3333"])
    if line["item"] == "NUT" and dice.rarely(3):
        line["unit"] = "BOX"
    return line


def _order(dice: Dice, firm: Firm, party: str, parties: Sequence[str]) -> Body:
    body: Body = {party: dice.one(parties), "ordered_on": firm.date(dice)}
    if dice.rarely(4):
        body["is_tax_inclusive"] = True
    if dice.rarely(4):
        body["location"] = dice.one(PLACES)
    return {
        **body,
        "lines": [_priced(dice, ["BOLT", "NUT", "BOLT", "NUT", "OIL", "HELP"]) for _ in range(dice.whole(1, 3))],
    }


def sales_order(dice: Dice, firm: Firm) -> Body:
    return _order(dice, firm, "customer", CUSTOMERS)


def purchase_order(dice: Dice, firm: Firm) -> Body:
    return {**_order(dice, firm, "supplier", SUPPLIERS), "price_reason": "a sample"}


def credit_limit(dice: Dice, firm: Firm) -> Body:
    return {"customer": dice.one(CUSTOMERS), "credit_limit": dice.one(["100000", "500", "0"])}


def _lot(dice: Dice, item: str) -> Body:
    return {"lot": dice.one(LOTS)} if item == "OIL" else {}


def adjustment(dice: Dice, firm: Firm) -> Body:
    lines = []
    for item in dice.some(STOCKED, 3):
        price = {} if dice.rarely() else {"price": dice.one(["2", "0.33", "1.015"])}
        lines.append(
            {"item": item, "location": dice.one(PLACES), "quantity": quantity(dice), **price, **_lot(dice, item)}
        )
    return {"moved_at": firm.instant(dice), "reason": "machine", "lines": lines}


def opening_stock(dice: Dice, firm: Firm) -> Body:
    return {**adjustment(dice, firm), "moved_at": "2026-01-01T08:00:00+00:00"}


def transfer(dice: Dice, firm: Firm) -> Body:
    lines = [{"item": i, "quantity": quantity(dice), **_lot(dice, i)} for i in dice.some(STOCKED, 3)]
    source = dice.one(PLACES)
    target = source if dice.rarely(12) else PLACES[1 - PLACES.index(source)]
    return {"moved_at": firm.instant(dice), "from_location": source, "to_location": target, "lines": lines}


def count(dice: Dice, firm: Firm) -> Body:
    lines = []
    for item in dice.some(STOCKED, 2):
        found = dice.one(["10", "0", str(dice.whole(1, 40)), "2.5"])
        line = {"item": item, "location": dice.one(PLACES), "quantity_counted": found, **_lot(dice, item)}
        lines.append(line if dice.rarely(3) else {**line, "price": "1.99"})
    return {"counted_at": firm.instant(dice), "reason": "machine", "lines": lines}


def payment(dice: Dice, firm: Firm) -> Body:
    direction = dice.one(["out", "in"])
    body: Body = {
        "direction": direction,
        "party": dice.one(CUSTOMERS if direction == "in" else SUPPLIERS),
        "posted_on": firm.date(dice),
        "account": dice.one(accounts(firm, "BANK", "CASH")),
        "amount": cents(dice),
    }
    return {**body, **({} if dice.rarely() else {"rest_as_advance": True}), "oldest_first": dice.rarely(3)}


def _open_documents(firm: Firm) -> dict[int, list[tuple[str, Decimal]]]:
    """(number, open amount) of each party's documents of which something is open."""
    rows = OpenItem.objects.filter(group=firm.world.group).exclude(open=0).order_by("id")
    found: dict[int, dict[str, Decimal]] = {}
    for party, number, left in rows.values_list("party_id", "document__number", "open"):
        own = found.setdefault(party, {})
        own[number] = own.get(number, Decimal(0)) + left
    return {party: list(own.items()) for party, own in found.items()}


def settlement(dice: Dice, firm: Firm) -> Body:
    """A debit and a credit of one party against each other; of nobody, where nobody has both."""
    both = []
    for party, known in sorted(_open_documents(firm).items()):
        debits, credits = [k for k in known if k[1] > 0], [k for k in known if k[1] < 0]
        if debits and credits:
            both.append((party, debits, credits))
    if not both:
        return {"party": "B1", "settled_on": firm.date(dice), "lines": [{"settles": "none"}, {"settles": "none"}]}
    party, debits, credits = dice.one(both)
    (debit, owed), (credit, owing) = dice.one(debits), dice.one(credits)
    amount = min(owed, -owing)
    if dice.rarely(3):
        amount = min(amount, Decimal(cents(dice)))
    lines = [{"settles": debit, "amount": f"{amount:f}"}, {"settles": credit, "amount": f"{-amount:f}"}]
    return {"party": party, "settled_on": firm.date(dice), "lines": lines}


def tax_invoice(dice: Dice, firm: Firm) -> Body:
    direction = dice.one(["issued", "received"])
    covered = firm.standing("sales.billing" if direction == "issued" else "purchasing.invoice", "posted")
    body: Body = {
        "number": f"2631{firm.next():016}",
        "direction": direction,
        "kind": "special",
        "party": dice.one(CUSTOMERS if direction == "issued" else SUPPLIERS),
        "issued_on": firm.date(dice),
        "amount_net": "1000.00",
        "amount_tax": "130.00",
        "amount_gross": "1130.00",
    }
    if covered and not dice.rarely(3):
        one = dice.one(covered)
        body["party"] = one.body["customer" if direction == "issued" else "supplier"]
        body["lines"] = [{"covers": str(one.id) if dice.rarely() else _number(one.key, one.id), "amount": cents(dice)}]
    return body


def _number(key: str, id: int) -> str:
    from jingwei.platform.models import RegistryRow

    return str(RegistryRow.objects.values_list("number", flat=True).get(type=key, id=id))


def voucher(dice: Dice, firm: Firm) -> Body:
    free = accounts(firm, open_to_hand=True)
    amount, debit = cents(dice), dice.one(free)
    sides = [{"account": debit, "debit": amount}, {"account": dice.one(free), "credit": amount}]
    if dice.rarely():
        sides.append({"account": debit, "debit": "0.01"})
    return {"posted_on": firm.date(dice), "summary": "machine", "lines": sides}


def opening_balance(dice: Dice, firm: Firm) -> Body:
    amount, due = cents(dice), firm.date(dice)
    owed = {"account": dice.one(accounts(firm, "AR")), "debit": amount, "party": dice.one(CUSTOMERS), "due_on": due}
    owing = {"account": dice.one(accounts(firm, "AP")), "credit": amount, "party": dice.one(SUPPLIERS), "due_on": due}
    return {"posted_on": "2026-01-01", "summary": "machine", "lines": [owed, owing]}


def standard_cost(dice: Dice, firm: Firm) -> Body:
    lines = [{"item": dice.one(["BOLT", "BOLT", "NUT"]), "price": dice.one(["2.75", "1", "0"])}]
    return {"effective_on": firm.date(dice), "reason": "machine", "lines": lines}


def item_valuation(dice: Dice, firm: Firm) -> Body:
    return {"item": dice.one(["NUT", "FRAME", "OIL"]), "method": dice.one(["fifo", "month_weighted", "specific"])}


def bill_of_materials(dice: Dice, firm: Firm) -> Body:
    """Also of itself, or of what it is made into."""
    made = dice.one(["FRAME", "WHEEL"])
    lines = [
        {"component": dice.one(["BOLT", "NUT", "OIL", "WHEEL", "FRAME"]), "quantity": quantity(dice)}
        for _ in range(dice.whole(1, 3))
    ]
    return {"item": made, "valid_from": firm.date(dice), "lines": lines}


def routing(dice: Dice, firm: Firm) -> Body:
    steps = [
        {"sequence": n * 10, "name_en": f"Step {n}", "work_centre": "WELD", "hours_run": dice.one(["0.25", "0", "-1"])}
        for n in range(1, dice.whole(1, 3) + 1)
    ]
    return {"item": dice.one(["FRAME", "WHEEL"]), "valid_from": firm.date(dice), "operations": steps}


def production_order(dice: Dice, firm: Firm) -> Body:
    """A frame by its bill and routing, or a wheel of what the order itself says."""
    body: Body = {"item": dice.one(["FRAME", "FRAME", "WHEEL"]), "quantity": quantity(dice)}
    if body["item"] == "WHEEL":
        body["components"] = [{"item": dice.one(["BOLT", "NUT", "FRAME"]), "quantity_required": quantity(dice)}]
    start = firm.date(dice)
    return {**body, "start_on": start, "due_on": start, "reason": "because of the machine"}


BODIES: dict[str, Callable[[Dice, Firm], Body]] = {
    "sales.order": sales_order,
    "purchasing.order": purchase_order,
    "warehouse.other-in": adjustment,
    "warehouse.other-out": adjustment,
    "warehouse.transfer": transfer,
    "warehouse.count": count,
    "warehouse.opening": opening_stock,
    "finance.payment": payment,
    "finance.settlement": settlement,
    "finance.voucher": voucher,
    "finance.opening": opening_balance,
    "finance.tax-invoice": tax_invoice,
    "sales.credit-limit": credit_limit,
    "stock.standard-cost": standard_cost,
    "stock.item-valuation": item_valuation,
    "production.order": production_order,
    "engineering.bom": bill_of_materials,
    "engineering.routing": routing,
}


def varied(dice: Dice, firm: Firm, document: Document, body: Body) -> Body:
    """A body as somebody would change it: other dates always, now and then another quantity or a line left out."""
    changed = {name: _other_date(dice, firm, document.model, name, value) for name, value in body.items()}
    for part in document.lines:
        lines = [dict(line) for line in changed.get(part.name) or ()]
        if len(lines) > 1 and dice.rarely():
            del lines[dice.whole(0, len(lines) - 1)]
        for line in lines:
            for name in line:
                if _is_a(part.model, name, models.DecimalField) and name != "price" and dice.rarely(10):
                    line[name] = quantity(dice)
        if lines:
            changed[part.name] = lines
    if document.key == "purchasing.invoice" and changed.get("kind") != "credit":
        changed.setdefault("number_given", f"N-{firm.next()}")
    return changed


def _is_a(model: Any, name: str, kind: type[Any]) -> bool:
    return name != "id" and isinstance(model._meta.get_field(name), kind) if _has(model, name) else False


def _has(model: Any, name: str) -> bool:
    return any(f.name == name for f in model._meta.local_concrete_fields)


def _other_date(dice: Dice, firm: Firm, model: Any, name: str, value: Any) -> Any:
    if _is_a(model, name, models.DateTimeField):
        return firm.instant(dice)
    if _is_a(model, name, models.DateField):
        return firm.date(dice)
    return value.isoformat() if isinstance(value, datetime.date) else value
