"""Loading a small company of our own invention: what becomes of each order, and that a broken run goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from jingwei.books.models import Bookkeeping, JournalLine, Period
from jingwei.engineering.models import BillLine, BillOfMaterials, Routing, WorkCentre
from jingwei.finance.models import Payment
from jingwei.masterdata.models import Department, Employee, Item, ItemUnit, Party, PartyAddress, PartyContact, Unit
from jingwei.platform.errors import Refusal
from jingwei.platform.models import AuditEvent, Company
from jingwei.production.models import Completion, OperationReport, ProductionComponent, ProductionOrder
from jingwei.purchasing.models import (
    GoodsReceipt,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseReturn,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from jingwei.sales.models import Billing, Delivery, SalesOrder, SalesOrderLine
from jingwei.server.cli import main
from jingwei.server.loading import adventureworks, running
from jingwei.server.loading.source import Days
from jingwei.server.runtime import RuntimeProblem
from jingwei.stock.models import Balance, Reservation, ValueEntry
from jingwei.warehouse.models import Adjustment
from tests.server.loading import tiny
from tests.support.rules import check_invariants
from tests.support.world import new_world

MARCH = Days(date(2020, 3, 1), date(2020, 3, 31))


@pytest.fixture
def folder(tmp_path):
    return tiny.write(tmp_path)


@pytest.fixture
def world():
    """A group without units and categories of its own."""
    return new_world()


def load(world, folder, *, purchases=MARCH, sales=MARCH, work=None):
    said: list[str] = []
    return adventureworks.load(
        folder, purchases=purchases, sales=sales, work=work, code="AW", say=said.append, group_id=world.group.pk
    )


def balance(world, role: str) -> Decimal:
    """Debit less credit of the accounts of a role."""
    rows = JournalLine.objects.filter(group=world.group, account__role=role)
    return rows.aggregate(sum=Sum("debit") - Sum("credit"))["sum"] or Decimal(0)


def own(model, world):
    return model.objects.filter(group=world.group)


def test_masters_come_in_as_the_source_has_them(world, folder):
    loaded = load(world, folder)
    company = Company.objects.get(group=world.group, code="AW")
    assert (company.currency_id, company.time_zone) == ("USD", "America/Los_Angeles")
    keeping = Bookkeeping.objects.get(company=company)
    assert (keeping.standard, keeping.starts_on) == ("ifrs", date(2020, 3, 1))
    assert Period.objects.filter(company=company).count() == 12

    items = {i.code: i for i in own(Item, world).select_related("unit", "category")}
    assert sorted(items) == ["BE-1", "BI-1", "FREIGHT", "GL-1"]
    assert [(i.unit.code, i.category.accounting_class) for _c, i in sorted(items.items())] == [
        ("EA", "merchandise"),
        ("EA", "finished_good"),
        ("EA", "freight"),
        ("OZ", "purchased_part"),
    ]
    assert (items["BI-1"].specification, items["BE-1"].specification) == ("Red / 54 cm", "Silver / 0.10 lb")
    assert (items["BI-1"].is_purchased, items["BI-1"].is_made, items["GL-1"].is_sold) == (False, True, False)
    assert items["FREIGHT"].is_stocked is False
    assert own(Unit, world).count() == 35

    shop, person, supplier = own(Party, world).order_by("code")
    assert (shop.code, shop.name_en, shop.kind, shop.currency_id) == (
        "AW00000001",
        "Corner Shop",
        "organisation",
        "USD",
    )
    assert (person.name_en, person.kind, person.email) == ("José Núñez Jr.", "person", "josé@example.com")
    assert (supplier.code, supplier.is_supplier, supplier.is_customer) == ("BELLS0001", True, False)
    assert Employee.objects.filter(group=world.group).values_list("code", "position", "department__name_en").get() == (
        "AW-E503",
        "Clerk",
        "Sales",
    )
    parents = own(Department, world).order_by("code").values_list("code", "parent__code")
    assert list(parents) == [("AW-D1", "AW-G1"), ("AW-D2", "AW-G1"), ("AW-G1", None)]
    assert loaded.masters == 35 + 1 + 5 + 2 + 4 + 1 + 2 + 1 + 2 + 1 + 1 + 7 + 1 + 1


def test_work_centres_and_bills_come_with_their_days(world, folder):
    load(world, folder)
    centre = own(WorkCentre, world).get()
    facts = (centre.code, centre.name_en, centre.hours_per_day, centre.rate_labour, centre.rate_overhead)
    assert facts == ("AW-L50", "Subassembly", Decimal("21.6"), Decimal("12.25"), 0)
    bill = own(BillOfMaterials, world).get()
    assert (bill.item.code, bill.reference, bill.state, bill.version) == ("BI-1", "BI-1", "active", 2)
    lines = own(BillLine, world).order_by("line")
    found = lines.values_list("component__code", "quantity", "unit__code", "valid_from", "valid_to", "is_backflushed")
    assert list(found) == [
        ("BE-1", 5, "EA", date(2019, 1, 1), date(2019, 12, 31), True),
        ("BE-1", 1, "EA", date(2020, 1, 1), None, True),
        ("GL-1", 2, "OZ", date(2019, 1, 1), None, True),
    ]
    assert not own(Routing, world).exists()


def test_packages_and_addresses_come_with_their_records(world, folder):
    load(world, folder)
    packed = own(ItemUnit, world).order_by("item__code").values_list("item__code", "unit__code", "numerator")
    # 13 bells sold and 107 used of 2 cases that stayed: a case of 100 covers them, one of 50 does not.
    assert list(packed) == [("BE-1", "CS", 100), ("GL-1", "GAL", 128)]
    addresses = own(PartyAddress, world).order_by("party__code", "line").values_list("party__code", "use", "street")
    assert list(addresses) == [
        ("AW00000001", "both", "1 Main St"),
        ("AW00000001", "delivery", "2 Dock Rd, Hall 3"),
        ("AW00000002", "both", "2 Dock Rd, Hall 3"),
        ("BELLS0001", "both", "1 Main St"),
    ]
    contacts = own(PartyContact, world).values_list("party__code", "name", "position", "email")
    assert list(contacts) == [("BELLS0001", "Ann B Lee", "Owner", "ann@example.com")]


def test_orders_become_what_their_state_says(world, folder):
    loaded = load(world, folder)
    orders = own(PurchaseOrder, world).order_by("reference").values_list("reference", "state", "amount_net")
    assert list(orders) == [
        ("PO1", "confirmed", Decimal("71.75")),  # 70.00 of goods, 1.75 of freight
        ("PO2", "cancelled", Decimal("10.25")),
        ("PO3", "draft", Decimal("10.25")),
        ("PO4", "confirmed", Decimal("10.25")),
    ]
    order = own(PurchaseOrder, world).get(reference="PO1")
    assert order.amount_tax == Decimal("5.60")
    lines = PurchaseOrderLine.objects.filter(order=order).order_by("line")
    assert list(lines.values_list("item__code", "unit__code", "quantity", "amount_net", "amount_tax")) == [
        ("BE-1", "CS", 3, Decimal("60.00"), Decimal("4.80")),
        ("GL-1", "GAL", 1, Decimal("10.00"), Decimal("0.80")),
        ("FREIGHT", "EA", 1, Decimal("1.75"), Decimal("0.00")),
    ]
    assert own(GoodsReceipt, world).values_list("reference", "state").get() == ("PO1", "posted")
    assert own(PurchaseReturn, world).values_list("reference", "state", "is_final").get() == ("PO1", "posted", True)
    came = own(GoodsReceipt, world).get()
    assert came.moved_at == datetime(2020, 3, 4, 13, tzinfo=UTC), "five in the morning in Los Angeles"
    # 2 lines say that goods came of orders that are not complete; one due date lay before the day the goods came.
    text = "\n".join(loaded.lines())
    assert "Ignored receipts of orders that are not complete: 2 lines." in text
    assert "Due dates moved to the day the goods came: 1." in text
    check_invariants(world)


def test_suppliers_invoice_what_came_and_credit_what_was_rejected(world, folder):
    load(world, folder)
    invoice, credit = own(SupplierInvoice, world).order_by("reference")
    assert (invoice.reference, invoice.kind, invoice.number_given, invoice.state) == (
        "PO1",
        "invoice",
        "AW-PO1",
        "posted",
    )
    assert (credit.reference, credit.kind, credit.state) == ("PO1-C", "credit", "posted")
    assert {i.posted_on for i in (invoice, credit)} == {date(2020, 3, 4)}
    assert (invoice.due_on, invoice.is_blocked) == (date(2020, 3, 10), False)
    amounts = SupplierInvoiceLine.objects.filter(group=world.group).order_by("invoice__reference", "line")
    assert list(amounts.values_list("item__code", "quantity", "amount_net", "amount_tax")) == [
        ("BE-1", 3, Decimal("60.00"), Decimal("4.80")),
        ("GL-1", 1, Decimal("10.00"), Decimal("0.80")),
        ("FREIGHT", 1, Decimal("1.75"), Decimal("0.00")),
        ("BE-1", 1, Decimal("20.00"), Decimal("1.60")),
    ]
    assert balance(world, "GRNI") == 0
    assert balance(world, "VAT_IN") == Decimal("4.00")
    owed = JournalLine.objects.filter(group=world.group, account__role="AP", entry__document__type="purchasing.invoice")
    assert sorted(owed.values_list("credit", flat=True)) == [Decimal("-21.60"), Decimal("77.35")]
    assert balance(world, "AP") == 0
    paid = own(Payment, world).get(direction="out")
    assert (paid.posted_on, paid.direction, paid.amount, paid.state) == (
        date(2020, 3, 10),
        "out",
        Decimal("55.75"),
        "posted",
    )


def test_customers_get_their_goods_and_pay_for_them(world, folder):
    load(world, folder)
    orders = own(SalesOrder, world).order_by("reference")
    assert [(o.reference, o.state, o.customer_reference, o.amount_gross) for o in orders] == [
        ("SO51", "confirmed", "PO-77", Decimal("1105.01")),
        ("SO52", "confirmed", "", Decimal("33.15")),
    ]
    lines = SalesOrderLine.objects.filter(order=orders[0]).order_by("line")
    # 1,000.005 half up is 1,000.01: the cent is the bell's, whose total was cut most.
    assert list(lines.values_list("item__code", "quantity", "amount_net", "amount_tax")) == [
        ("BI-1", 2, Decimal("998.00"), Decimal("79.84")),
        ("BE-1", 1, Decimal("2.01"), Decimal("0.16")),
        ("FREIGHT", 1, Decimal("25.00"), Decimal("0.00")),
    ]
    shipped = own(Delivery, world).order_by("reference").values_list("waybill", "state", "moved_at")
    assert list(shipped) == [
        ("4911-403C", "posted", datetime(2020, 3, 3, 20, tzinfo=UTC)),
        ("", "posted", datetime(2020, 3, 10, 19, tzinfo=UTC)),
    ], "noon in Los Angeles, in winter and in summer"
    billed = own(Billing, world).order_by("reference").values_list("invoiced_on", "due_on", "amount_gross", "state")
    assert list(billed) == [
        (date(2020, 3, 3), date(2020, 3, 14), Decimal("1105.01"), "posted"),
        (date(2020, 3, 10), date(2020, 3, 15), Decimal("33.15"), "posted"),
    ]
    paid = own(Payment, world).filter(direction="in").order_by("reference").values_list("posted_on", "amount")
    assert list(paid) == [(date(2020, 3, 14), Decimal("1105.01")), (date(2020, 3, 15), Decimal("33.15"))]
    assert (balance(world, "AR"), balance(world, "DISPATCHED")) == (0, 0)
    assert balance(world, "REVENUE") == -Decimal("1030.01") - Decimal("25.75")
    assert balance(world, "VAT_OUT") == -Decimal("82.40")
    assert balance(world, "BANK") == Decimal("1105.01") + Decimal("33.15") - Decimal("55.75")
    # Two bicycles at their standard cost and a bell at its; then 12 bells of the 200 that came for 40.00.
    assert balance(world, "COGS") == 2 * Decimal("250.01") + Decimal("3.00") + Decimal("2.40")
    check_invariants(world)


def test_the_stock_begins_with_what_would_be_missing(world, folder):
    loaded = load(world, folder)
    # Bells: 1 goes on the 3rd, 2 cases of 100 come on the 4th, 12 go on the 10th. Bicycles: 2 go, none come.
    assert loaded.opening.quantities == {"1": 1, "2": 2}
    opening = own(Adjustment, world).get()
    assert (opening.reference, opening.state) == ("OPENING", "posted")
    assert opening.reason == "purchases of 2020-03-01 to 2020-03-31, sales of 2020-03-01 to 2020-03-31"
    assert opening.amount == loaded.opening.value == Decimal("3.00") + 2 * Decimal("250.01")


def test_work_orders_are_made_as_the_source_says(world, folder):
    loaded = load(world, folder, work=MARCH)
    orders = own(ProductionOrder, world).order_by("reference")
    facts = ("reference", "state", "quantity", "quantity_completed", "quantity_scrapped", "start_on", "due_on")
    assert list(orders.values_list(*facts)) == [
        ("WO2", "closed", 5, 4, 1, date(2020, 3, 2), date(2020, 3, 5)),
        ("WO3", "closed", 2, 2, 0, date(2020, 3, 9), date(2020, 3, 9)),  # the source has it due before it begins
    ]
    assert set(orders.values_list("closed_on", flat=True)) == {date(2020, 3, 6), date(2020, 3, 12)}
    parts = ProductionComponent.objects.filter(group=world.group).order_by("order__reference", "line")
    assert list(parts.values_list("order__reference", "item__code", "quantity_required", "quantity_issued")) == [
        ("WO2", "BE-1", 5, 5),  # a bell and two ounces of glue for each that was begun, as the bill says of that day
        ("WO2", "GL-1", 10, 10),
        ("WO3", "BE-1", 2, 2),
        ("WO3", "GL-1", 4, 4),
    ]
    reports = own(OperationReport, world).order_by("operation")
    facts = ("reference", "state", "quantity_good", "quantity_scrapped", "hours", "amount_labour")
    assert list(reports.values_list(*facts)) == [
        ("WO2-1", "posted", 4, 1, Decimal("3.0"), Decimal("36.75")),
        ("WO2-4", "posted", 4, 1, Decimal("1.5"), Decimal("18.38")),
    ]
    finished = own(Completion, world).order_by("reference")
    assert list(finished.values_list("reference", "state", "quantity", "quantity_scrapped", "reason", "moved_at")) == [
        ("WO2", "posted", 4, 1, "Dented", datetime(2020, 3, 6, 16, tzinfo=UTC)),
        ("WO3", "posted", 2, 0, "", datetime(2020, 3, 12, 15, tzinfo=UTC)),
    ], "eight in the morning in Los Angeles, in winter and in summer"
    # Bells cost 0.20 and an ounce of glue 10 / 128: 1.00 and 0.78 with 55.13 of work in four bicycles that are left of
    # five, 0.40 and 0.31 in two. Those that were sold lay there before.
    assert (balance(world, "WIP"), balance(world, "MOH")) == (0, -Decimal("55.13"))
    bicycles = ValueEntry.objects.filter(group=world.group, item__code="BI-1", move__document_line=0)
    assert bicycles.aggregate(sum=Sum("amount"))["sum"] == Decimal("56.91") + Decimal("0.71")
    kept = JournalLine.objects.filter(group=world.group, account__code="1260").aggregate(s=Sum("debit") - Sum("credit"))
    assert kept["s"] == Decimal("57.62")
    assert loaded.opening.quantities == {"1": 1, "2": 2}
    check_invariants(world)


def test_a_work_order_takes_from_the_stock_what_it_needs_and_no_more_is_there_than_that(world, folder):
    text = (folder / "Purchasing.PurchaseOrderDetail.csv").read_text(encoding="utf-8")
    less = text.replace("3,1,20.0005,60.0015,3.00,1.00,2.00", "3,1,20.0005,60.0015,0.00,0.00,0.00")
    assert less != text
    (folder / "Purchasing.PurchaseOrderDetail.csv").write_text(less, encoding="utf-8")
    loaded = load(world, folder, work=MARCH)
    # No bell comes: 1 is sold on the 3rd, 5 are used on the 6th, 12 sold on the 10th, 2 used on the 12th.
    assert loaded.opening.quantities == {"1": 20, "2": 2}
    left = Balance.objects.filter(group=world.group).values_list("item__code", "on_hand")
    assert dict(left) == {"BE-1": 0, "BI-1": 6, "GL-1": 128 - 14}
    assert not Reservation.objects.filter(group=world.group, state="open").exists()
    check_invariants(world)


def test_a_run_that_was_broken_off_goes_on_where_it_stopped(world, folder, monkeypatch):
    whole = running.act
    left = iter(range(4))

    def breaking(*arguments, **named):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return whole(*arguments, **named)

    monkeypatch.setattr(running, "act", breaking)
    with pytest.raises(KeyboardInterrupt):
        load(world, folder, work=MARCH)
    monkeypatch.setattr(running, "act", whole)
    drafts = own(SalesOrder, world).filter(state="draft")
    assert drafts.exists(), "it was broken off between confirming and letting go of what was kept: neither is done"

    second = load(world, folder, work=MARCH)
    assert second.masters == 0
    assert own(PurchaseOrder, world).count() == 4
    states = own(PurchaseOrder, world).order_by("reference").values_list("state", flat=True)
    assert list(states) == ["confirmed", "cancelled", "draft", "confirmed"]
    assert set(own(ProductionOrder, world).values_list("state", flat=True)) == {"closed"}
    third = load(world, folder, work=MARCH)
    assert (third.tally.documents.total(), third.tally.actions.total(), third.posted) == (0, 0, 0)
    check_invariants(world)


def test_a_company_is_loaded_with_one_slice(world, folder):
    load(world, folder)
    before = own(AuditEvent, world).count()
    with pytest.raises(RuntimeProblem, match="begun with purchases of 2020-03-01 to 2020-03-31"):
        load(world, folder, purchases=Days(date(2020, 3, 1), date(2020, 5, 31)))
    assert own(AuditEvent, world).count() == before


def test_what_a_file_has_wrong_is_named_and_nothing_of_it_is_saved(world, folder):
    rows = (folder / "Purchasing.Vendor.csv").read_text(encoding="utf-8")
    (folder / "Purchasing.Vendor.csv").write_text(rows.replace("BELLS0001", "B" * 41), encoding="utf-8")
    with pytest.raises((RuntimeProblem, Refusal), match="Suppliers are refused"):
        load(world, folder)
    assert own(Party, world).filter(is_supplier=True).count() == 0
    assert own(JournalLine, world).count() == 0


# jingwei load adventureworks


def command(world, folder, *more: str) -> int:
    days = ("--from", "2020-03-01", "--to", "2020-03-31")
    return main(["load", "adventureworks", str(folder), *days, "--group", str(world.group.pk), *more])


def test_the_command_says_what_it_did(world, folder, capsys):
    assert command(world, folder, "--company", "AWX") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "4 purchase orders, 2 sales orders and 2 work orders are to be loaded"
    days = "2020-03-01 to 2020-03-31"
    assert f"Company AWX: purchases of {days}, sales of {days}, work of {days}." in said
    for kind in (
        "finance.payment: 3 documents, 4 lines",
        "sales.order: 2 documents, 5 lines",
        "production.order: 2 documents, 6 lines",
        "production.operation-report: 2 documents, 0 lines",
        "production.completion: 2 documents, 4 lines",
    ):
        assert [line for line in said if line.startswith(f"  {kind} in ")], kind
    assert Company.objects.filter(group=world.group, code="AWX").exists()
    assert command(world, folder, "--company", "AWX", "--sales-to", "2020-03-02") == 1
    assert "begun with purchases of 2020-03-01 to 2020-03-31, sales of" in capsys.readouterr().err
    assert command(world, folder, "--company", "AWX", "--without-work") == 1
    assert f"sales of {days}, work of {days}, and its opening stock covers that alone" in capsys.readouterr().err
    assert command(world, folder, "--company", "AWY", "--work-to", "2020-03-05") == 0
    assert "4 purchase orders, 2 sales orders and 1 work orders are to be loaded" in capsys.readouterr().out
    assert command(world, folder, "--company", "AWZ", "--without-work") == 0
    assert "4 purchase orders, 2 sales orders and 0 work orders are to be loaded" in capsys.readouterr().out


def test_the_command_names_what_it_cannot_read(world, folder, tmp_path, capsys):
    assert command(world, tmp_path / "nowhere") == 1
    assert f"{tmp_path / 'nowhere'} is not a folder." in capsys.readouterr().err
    text = (folder / "Sales.Customer.csv").read_text(encoding="utf-8")
    (folder / "Sales.Customer.csv").write_text(text.replace("AccountNumber", "Account"), encoding="utf-8")
    assert command(world, folder) == 1
    assert "Sales.Customer.csv has no column AccountNumber." in capsys.readouterr().err
    (folder / "Sales.Customer.csv").unlink()
    assert command(world, folder) == 1
    assert "Sales.Customer.csv (or Sales.Customer.csv.gz) is not in" in capsys.readouterr().err
    assert command(world, folder, "--purchases-to", "2020-02-28") == 1
    assert "The last day lies before the first." in capsys.readouterr().err
    assert own(Party, world).count() == 0


def test_masters_the_group_has_already_are_used_as_they_are(world, folder):
    world.create("masterdata.unit", {"code": "ea", "name_en": "My own piece", "dimension": "count"})
    loaded = load(world, folder)
    assert loaded.masters == 35 - 1 + 1 + 5 + 2 + 4 + 1 + 2 + 1 + 2 + 1 + 1 + 7 + 1 + 1
    assert own(Item, world).get(code="BI-1").unit.name_en == "My own piece"
