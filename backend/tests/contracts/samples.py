"""A valid body for every declaration, so that the contract tests can try each. A new declaration adds one line here;
forgetting it fails `test_every_declaration_has_a_sample`."""

from __future__ import annotations

from typing import Any

from jingwei.finance.models import Voucher
from jingwei.platform.documents.catalogue import catalogue
from jingwei.production.models import MaterialIssue, ProductionOrder
from jingwei.purchasing.models import GoodsReceipt, PurchaseOrder
from jingwei.sales.models import Delivery, SalesOrder
from tests.books.stories import OFFICE, voucher
from tests.stock.stories import at, body

Body = dict[str, Any]


def _order() -> int:
    """The order that `tests.contracts` confirmed for receipts, in the group made last."""
    return int(PurchaseOrder.objects.filter(state="confirmed").order_by("-id").values_list("id", flat=True)[0])


def _receipt() -> int:
    """The receipt that `tests.contracts` posted for returns, in the group made last."""
    return int(GoodsReceipt.objects.filter(state="posted").order_by("-id").values_list("id", flat=True)[0])


def _sold() -> int:
    """The sales order that `tests.contracts` confirmed for deliveries, in the group made last."""
    return int(SalesOrder.objects.filter(state="confirmed").order_by("-id").values_list("id", flat=True)[0])


def _making() -> int:
    """The production order that `tests.contracts` released, in the group made last."""
    return int(ProductionOrder.objects.filter(state="released").order_by("-id").values_list("id", flat=True)[0])


def _issued() -> int:
    """The material issue that `tests.contracts` posted for returns, in the group made last."""
    found = MaterialIssue.objects.filter(kind="issue", state="posted")
    return int(found.order_by("-id").values_list("id", flat=True)[0])


def _opening() -> str:
    """The opening voucher that `tests.contracts` posted: a prepayment to the supplier and a debt."""
    found = Voucher.objects.filter(kind="opening", state="posted").order_by("-id")
    return str(found.values_list("number", flat=True)[0])


def _went() -> int:
    """The delivery that `tests.contracts` posted for returns and invoices, in the group made last."""
    return int(Delivery.objects.filter(state="posted").order_by("-id").values_list("id", flat=True)[0])


#: key → (what it needs first, bodies by number). The number makes codes unique.
SAMPLES: dict[str, Any] = {
    "platform.company": lambda n: {"code": f"CO{n}", "name_zh": f"公司{n}", "name_en": f"Company {n}"},
    "masterdata.unit": lambda n: {"code": f"U{n}", "name_zh": f"单位{n}", "name_en": f"Unit {n}", "dimension": "count"},
    "masterdata.item-category": lambda n: {"code": f"K{n}", "name_zh": f"类别{n}", "name_en": f"Category {n}"},
    "masterdata.item": lambda n: {
        "code": f"I{n}",
        "name_zh": f"物料{n}",
        "name_en": f"Item {n}",
        "category": "RM",
        "unit": "PCS",
        "units": [{"unit": "BOX", "numerator": 10}],
    },
    "masterdata.party": lambda n: {
        "code": f"P{n}",
        "name_zh": f"往来单位{n}",
        "name_en": f"Party {n}",
        "is_customer": True,
        "contacts": [{"name": f"Contact {n}"}],
    },
    "masterdata.customer": lambda n: {"code": f"C{n}", "name_zh": f"客户{n}", "name_en": f"Customer {n}"},
    "masterdata.department": lambda n: {"code": f"D{n}", "name_zh": f"部门{n}", "name_en": f"Department {n}"},
    "masterdata.employee": lambda n: {
        "code": f"E{n}",
        "name_zh": f"员工{n}",
        "name_en": f"Employee {n}",
        "position": "Buyer",
        "hired_on": "2024-03-01",
    },
    "engineering.work-centre": lambda n: {"code": f"WC{n}", "name_zh": f"工作中心{n}", "name_en": f"Work centre {n}"},
    "engineering.bom": lambda n: {
        "item": "FRAME",
        "reference": f"B{n}",
        "lines": [{"component": "BOLT", "quantity": "2"}, {"component": "NUT", "quantity": "0.5", "scrap_rate": "4"}],
    },
    "engineering.routing": lambda n: {
        "item": "FRAME",
        "reference": f"R{n}",
        "operations": [
            {"sequence": 10, "name_zh": "焊接", "work_centre": "WELD", "hours_run": "0.25"},
            {"sequence": 20, "name_en": "Paint", "work_centre": "WELD", "hours_setup": "1"},
        ],
    },
    "production.order": lambda n: {
        "item": "FRAME",
        "quantity": str(n),
        "start_on": "2026-01-05",
        "due_on": "2026-01-20",
        "reference": f"MO{n}",
        "components": [{"item": "BOLT", "quantity_required": str(2 * n)}],
        "operations": [{"sequence": 10, "name_en": "Weld", "work_centre": "WELD", "hours_run": "0.5"}],
    },
    "production.issue": lambda n: {
        "order": _making(),
        "moved_at": at("2026-01-08"),
        "reference": f"MI{n}",
        "lines": [{"order_line": 1, "quantity": "1"}],
    },
    "production.return": lambda n: {
        "order": _making(),
        "moved_at": at("2026-01-08", 12),
        "reference": f"MR{n}",
        "lines": [{"issue": _issued(), "issue_line": 1, "quantity": "1"}],
    },
    "production.operation-report": lambda n: {
        "order": _making(),
        "operation": 10,
        "reported_at": at("2026-01-08"),
        "quantity_good": "1",
        "hours": "0.5",
        "reference": f"OR{n}",
    },
    "production.completion": lambda n: {
        "order": _making(),
        "quantity": "1",
        "moved_at": at("2026-01-08", 12),
        "reference": f"MC{n}",
        "lines": [{"order_line": 1, "quantity": "1"}],
    },
    "masterdata.exchange-rate": lambda n: {
        "from_currency": "USD",
        "to_currency": "CNY",
        "valid_from": f"2026-01-{n:02}",
        "rate": "7.1",
        "source": f"Bank {n}",
    },
    "finance.voucher": lambda n: voucher(*OFFICE, reference=f"V{n}"),
    "finance.opening": lambda n: voucher(*OFFICE, on="2026-01-01", reference=f"B{n}"),
    "finance.payment": lambda n: {
        "direction": "out",
        "party": "SUP1",
        "posted_on": "2026-01-08",
        "account": "1002",
        "amount": f"{n}.00",
        "rest_as_advance": True,
        "reference": f"P{n}",
    },
    "finance.tax-invoice": lambda n: {
        "number": f"2631{n:016}",
        "direction": "received",
        "kind": "special",
        "party": "SUP1",
        "issued_on": "2026-01-08",
        "amount_net": "100.00",
        "amount_tax": "13.00",
        "amount_gross": "113.00",
    },
    "finance.settlement": lambda n: {
        "party": "SUP1",
        "settled_on": "2026-01-08",
        "reference": f"S{n}",
        "lines": [{"settles": _opening(), "amount": f"{n}.00"}, {"settles": _opening(), "amount": f"-{n}.00"}],
    },
    "books.account": lambda n: {
        "code": f"5602{n + 60}",
        "name_zh": f"费用{n}",
        "name_en": f"Expense {n}",
        "parent": "5602",
        "type": "expense",
        "normal_balance": "debit",
    },
    "books.period": lambda n: {
        "code": f"{2027 + n}-01",
        "year": 2027 + n,
        "number": 1,
        "starts_on": f"{2027 + n}-01-01",
        "ends_on": f"{2027 + n}-01-31",
    },
    "masterdata.warehouse": lambda n: {"code": f"W{n + 10}", "name_zh": f"仓库{n}", "name_en": f"Warehouse {n}"},
    "masterdata.location": lambda n: {
        "code": f"B-{n + 10}",
        "name_zh": f"库位{n}",
        "name_en": f"Bin {n}",
        "kind": "stock",
        "warehouse": "W1",
    },
    "warehouse.other-in": lambda n: {**body(at("2026-01-05"), ("BOLT", n, "2.00")), "reference": f"I{n}"},
    "warehouse.other-out": lambda n: {**body(at("2026-01-06"), ("BOLT", n)), "reference": f"O{n}"},
    "warehouse.opening": lambda n: {**body(at("2026-01-01"), ("BOLT", n, "2.00")), "reference": f"S{n}"},
    "warehouse.transfer": lambda n: {
        "moved_at": at("2026-01-06"),
        "from_location": "A-01",
        "to_location": "A-02",
        "reference": f"T{n}",
        "lines": [{"item": "BOLT", "quantity": str(n)}],
    },
    "warehouse.count": lambda n: {
        "counted_at": at("2026-01-06"),
        "reason": "test",
        "reference": f"N{n}",
        "lines": [{"item": "BOLT", "location": "A-01", "quantity_counted": str(n), "price": "2.00"}],
    },
    "purchasing.order": lambda n: {
        "supplier": "SUP1",
        "ordered_on": "2026-01-05",
        "reference": f"PO{n}",
        "lines": [{"item": "BOLT", "quantity": str(n), "price": "2.00", "tax_rate": "13"}],
    },
    "purchasing.receipt": lambda n: {
        "supplier": "SUP1",
        "moved_at": at("2026-01-08"),
        "reference": f"GR{n}",
        "lines": [{"order": _order(), "order_line": 1, "quantity": "1", "location": "A-01"}],
    },
    "purchasing.return": lambda n: {
        "supplier": "SUP1",
        "moved_at": at("2026-01-08", 9),
        "reference": f"PR{n}",
        "lines": [{"receipt": _receipt(), "receipt_line": 1, "quantity": "1", "location": "A-01"}],
    },
    "sales.order": lambda n: {
        "customer": "CUS1",
        "ordered_on": "2026-01-05",
        "reference": f"SO{n}",
        "lines": [{"item": "BOLT", "quantity": str(n), "price": "5.00", "tax_rate": "13"}],
    },
    "sales.delivery": lambda n: {
        "customer": "CUS1",
        "moved_at": at("2026-01-08"),
        "reference": f"SD{n}",
        "lines": [{"order": _sold(), "order_line": 1, "quantity": "1", "location": "A-01"}],
    },
    "sales.return": lambda n: {
        "customer": "CUS1",
        "moved_at": at("2026-01-08", 11),
        "reference": f"SR{n}",
        "lines": [{"delivery": _went(), "delivery_line": 1, "quantity": "1"}],
    },
    "sales.billing": lambda n: {
        "customer": "CUS1",
        "invoiced_on": "2026-01-09",
        "reference": f"SI{n}",
        "lines": [{"delivery": _went(), "delivery_line": 1, "quantity": "1"}],
    },
    "stock.item-valuation": lambda n: {"item": f"VAL{n}", "method": "fifo"},
    "stock.standard-cost": lambda n: {
        "effective_on": f"2026-01-{n % 28 + 1:02}",
        "reason": "new year",
        "reference": f"SC{n}",
        "lines": [{"item": "STD", "price": f"{n}.50"}],
    },
    "sales.credit-limit": lambda n: {"customer": f"CUS{n}", "credit_limit": "1000.00"},
    "purchasing.invoice": lambda n: {
        "supplier": "SUP1",
        "number_given": f"INV-{n}",
        "invoiced_on": "2026-01-08",
        "posted_on": "2026-01-09",
        "reference": f"PI{n}",
        "lines": [{"receipt": _receipt(), "receipt_line": 1, "quantity": "1", "price": "2.00", "tax_rate": "13"}],
    },
    "masterdata.supplier": lambda n: {"code": f"S{n}", "name_zh": f"供应商{n}", "name_en": f"Supplier {n}"},
}

#: key → one field that may be changed, and its new value.
CHANGES: dict[str, tuple[str, Any]] = {
    **dict.fromkeys(SAMPLES, ("note", "changed")),
    "masterdata.exchange-rate": ("source", "changed"),
    "finance.voucher": ("summary", "changed"),
    "finance.opening": ("summary", "changed"),
    "finance.payment": ("reference", "changed"),
    "finance.settlement": ("reference", "changed"),
    "finance.tax-invoice": ("confirmation_number", "changed"),
    "books.period": ("code", "2099-01"),
    "purchasing.order": ("reference", "changed"),
    "purchasing.receipt": ("delivery_note", "changed"),
    "purchasing.return": ("reason", "changed"),
    "sales.order": ("reference", "changed"),
    "production.order": ("reference", "changed"),
    **dict.fromkeys(
        ("production.issue", "production.return", "production.operation-report", "production.completion"),
        ("reason", "changed"),
    ),
    "sales.delivery": ("waybill", "changed"),
    "purchasing.invoice": ("number_given", "changed"),
    "sales.return": ("reason", "changed"),
    "sales.billing": ("reference", "changed"),
    "stock.standard-cost": ("reason", "changed"),
    "warehouse.other-in": ("reason", "changed"),
    "warehouse.other-out": ("reason", "changed"),
    "warehouse.opening": ("reason", "changed"),
    "warehouse.transfer": ("reason", "changed"),
    "warehouse.count": ("reason", "changed"),
}

#: Inputs of the actions that ask for some.
INPUTS: dict[tuple[str, str], Body] = {
    ("finance.voucher", "reverse"): {"posted_on": "2026-12-01"},
    ("finance.opening", "reverse"): {"posted_on": "2026-12-01"},
    ("finance.payment", "reverse"): {"posted_on": "2026-12-01"},
    ("finance.payment", "settle"): {"invoice": "INV-1", "settled_on": "2026-12-01"},
    ("finance.tax-invoice", "void"): {"reason": "issued twice"},
    ("finance.settlement", "reverse"): {"posted_on": "2026-12-01"},
    ("warehouse.other-in", "reverse"): {"moved_at": at("2026-01-07")},
    ("warehouse.other-out", "reverse"): {"moved_at": at("2026-01-07")},
    ("warehouse.opening", "reverse"): {"moved_at": at("2026-01-07")},
    ("warehouse.transfer", "reverse"): {"moved_at": at("2026-01-07")},
    ("warehouse.count", "reverse"): {"moved_at": at("2026-01-07")},
    ("purchasing.receipt", "reverse"): {"moved_at": at("2026-01-09")},
    ("purchasing.return", "reverse"): {"moved_at": at("2026-01-09")},
    ("sales.delivery", "reverse"): {"moved_at": at("2026-01-09")},
    ("purchasing.invoice", "release"): {"reason": "agreed with the buyer"},
    ("purchasing.invoice", "reverse"): {"posted_on": "2026-01-10"},
    ("sales.return", "reverse"): {"moved_at": at("2026-01-09")},
    ("sales.billing", "reverse"): {"posted_on": "2026-01-10"},
    ("production.order", "close"): {"posted_on": "2026-01-20", "reason": "no longer wanted"},
    ("production.order", "reopen"): {"posted_on": "2026-01-20"},
    ("production.operation-report", "reverse"): {"posted_on": "2026-01-10"},
    **{(f"production.{kind}", "reverse"): {"moved_at": at("2026-01-10")} for kind in ("issue", "return", "completion")},
    ("books.period", "reopen"): {"reason": "a late invoice"},
}

KEYS = sorted(catalogue.by_key)
