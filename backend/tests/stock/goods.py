"""Goods moved as purchasing and sales will move them, without their documents: straight through the kernel, each time
for a document of the registry, with the journal entry its caller would post."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from jingwei.books import journal
from jingwei.books.models import Account, Area, JournalLine
from jingwei.masterdata.models import Item, Location
from jingwei.platform.documents.command import Command, run
from jingwei.stock import posting, revaluing, shifting
from jingwei.stock.models import Lot, Move
from tests.stock.stories import at, body
from tests.support.world import World

ZERO = Decimal(0)


class Goods:
    """One item of a world with places of every kind; every step is a command of its own."""

    def __init__(self, world: World, code: str = "BOLT", lot: str = "") -> None:
        self.world, self.item = world, Item.objects.get(group=world.group, code=code)
        self.lot_id = (
            Lot.objects.create(group=world.group, item=self.item, code=lot, code_folded=lot).pk if lot else None
        )
        self.places = dict(Location.objects.filter(group=world.group).values_list("code", "id"))

    def document(self) -> int:
        """A document of the registry, whatever it is."""
        made = self.world.create("warehouse.other-out", body(at("2026-01-06"), ("BOLT", 1)))
        return int(made[0].pk)

    def _post(self, draft: dict[str, Any], when: datetime) -> Move:
        document = self.document()

        def rule(command: Command) -> Move:
            on = command.date_of(when, self.world.company_id)
            given = {"document_id": document, "line": 1, "item_id": self.item.pk, "effective_at": when}
            given |= {"lot_id": self.lot_id}
            full = posting.MoveDraft(**given, effective_on=on, **draft)
            return posting.post(command, self.world.company_id, [full])[0]

        return run(self.world.actor, rule)

    def receive(self, quantity: int, value: str, when: datetime) -> Move:
        places = {"from_location_id": self.places["SUP"], "to_location_id": self.places["A-01"]}
        worth = {"quantity": Decimal(quantity), "value": Decimal(value), "event": "purchase.received", "party_id": None}
        return self._post({**places, **worth, "party_id": self.party("S1")}, when)

    def dispatch(self, quantity: int, when: datetime) -> Move:
        places = {"from_location_id": self.places["A-01"], "to_location_id": self.places["CUS"]}
        return self._post({**places, "quantity": Decimal(quantity), "event": "sales.dispatched", **self.buyer()}, when)

    def bring_back(self, issue: Move, quantity: int, when: datetime) -> Move:
        places = {"from_location_id": self.places["CUS"], "to_location_id": self.places["A-01"]}
        more = {"quantity": Decimal(quantity), "event": "sales.dispatched", "origin_id": issue.pk}
        return self._post({**places, **more, **self.buyer()}, when)

    def send_back(self, receipt: Move, quantity: int, value: str, when: datetime) -> Move:
        places = {"from_location_id": self.places["A-01"], "to_location_id": self.places["SUP"]}
        more = {"quantity": Decimal(quantity), "event": "purchase.received", "origin_id": receipt.pk}
        return self._post({**places, **more, "value": Decimal(value), "party_id": self.party("S1")}, when)

    def take_back(self, move: Move, event: str, when: datetime) -> Move:
        """What reversing the document of a move does."""

        def rule(command: Command) -> Move:
            on = command.date_of(when, self.world.company_id)
            drafts = posting.mirrored(
                [move],
                when,
                on,
                {move.document_id: event},
                party_id=self.party("C1" if event == "sales.dispatched" else "S1"),
            )
            return posting.post(command, self.world.company_id, drafts)[0]

        return run(self.world.actor, rule)

    def late_price(self, receipt: Move, quantity: int, amount: str, on: date) -> tuple[int, revaluing.Split]:
        """The price of a receipt turns out different; returns the document that says so, and where it went."""

        document = self.document()

        def rule(command: Command) -> tuple[int, revaluing.Split]:
            draft = revaluing.Revaluation(document, 1, receipt.pk, Decimal(quantity), Decimal(amount), on)
            (split,) = revaluing.revalue(command, self.world.company_id, [draft])
            self._journal(command, document, on, (("140301", split.on_hand), ("540201", split.issued)), "220202")
            return document, split

        return run(self.world.actor, rule)

    def late_price_back(self, document: int, on: date) -> None:
        def rule(command: Command) -> None:
            revaluing.revalue_back(command, self.world.company_id, [document], on)
            journal.reverse(command, [document], on, purposes={"invoice"})

        run(self.world.actor, rule)

    def invoice(self, issue: Move, quantity: int, on: date) -> Decimal:
        """The cost of goods dispatched passes on (+), or comes back with a credit note (−)."""

        document = self.document()

        def rule(command: Command) -> Decimal:
            draft = shifting.Shift(document, 1, issue.pk, Decimal(quantity), on)
            (cost,) = shifting.shift(command, self.world.company_id, [draft])
            self._journal(command, document, on, (("540201", cost),), "1406")
            return cost

        return run(self.world.actor, rule)

    def _journal(
        self, command: Command, document: int, on: date, debits: tuple[tuple[str, Decimal], ...], credit: str
    ) -> None:
        lines = [journal.LineDraft(self.account(code), debit=amount) for code, amount in debits]
        party = self.party("S1" if credit == "220202" else "C1")
        total = sum((amount for _c, amount in debits), ZERO)
        lines.append(journal.LineDraft(self.account(credit), credit=total, party_id=party))
        entry = {"company_id": self.world.company_id, "currency": "CNY", "posted_on": on, "document_id": document}
        journal.post(command, [journal.EntryDraft(**entry, purpose="invoice", lines=lines, area=Area.STOCK_VALUE)])

    def buyer(self) -> dict[str, Any]:
        return {"party_id": self.party("C1")}

    def party(self, code: str) -> int:
        from jingwei.masterdata.models import Party

        return Party.objects.get(group=self.world.group, code=code).pk

    def account(self, code: str) -> int:
        return Account.objects.get(group=self.world.group, code=code).pk

    def books(self, *codes: str) -> list[Decimal]:
        """Debit − credit of accounts."""
        lines = JournalLine.objects.filter(group=self.world.group)
        return [
            sum((line.debit - line.credit for line in lines.filter(account__code=code)), ZERO).quantize(Decimal("0.01"))
            for code in codes
        ]


def with_trade(world: World) -> World:
    """Places that goods are bought from and sold to, and a supplier."""
    world.create("masterdata.location", {"code": "SUP", "name_en": "Suppliers", "kind": "supplier"})
    world.create("masterdata.location", {"code": "CUS", "name_en": "Customers", "kind": "customer"})
    world.create(
        "masterdata.party",
        {"code": "S1", "name_en": "Supplier one", "is_supplier": True},
        {"code": "C1", "name_en": "Customer one", "is_customer": True},
    )
    return world


def moment(day: int, minute: int = 0, month: int = 1) -> datetime:
    """An instant of a day in 2026; 8 o'clock UTC is the afternoon in Shanghai."""
    return datetime(2026, month, day, 8, minute, tzinfo=UTC)
