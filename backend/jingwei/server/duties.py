"""Duties that one person should not hold together, as data, and who holds them.

Source: 企业内部控制应用指引 no. 6 (funds), 7 (purchasing), 8 (assets), 18 (information systems); 会计法 art. 25, 35.
The owner's role is the single-accountant profile: its conflicts are listed like everybody's, and the rule that bites in
spite of it is in the documents themselves — nobody reviews a voucher of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.identity.actor import resolve
from jingwei.platform.models import RoleAssignment


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two duties, each as patterns of permissions, and why they are kept apart."""

    key: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    why: str | Promise


CONFLICTS = (
    Conflict(
        "voucher",
        ("finance.voucher.create", "finance.voucher.edit"),
        ("finance.voucher.review",),
        _("Who prepares a voucher does not review it."),
    ),
    Conflict(
        "opening",
        ("finance.opening.create", "finance.opening.edit"),
        ("finance.opening.review",),
        _("Who enters opening balances does not review them."),
    ),
    Conflict(
        "order-receipt",
        ("purchasing.order.create", "purchasing.order.confirm"),
        ("purchasing.receipt.post",),
        _("Who orders does not receive: goods that never came would go unseen."),
    ),
    Conflict(
        "order-invoice",
        ("purchasing.order.create", "purchasing.order.confirm"),
        ("purchasing.invoice.post",),
        _("Who orders does not enter the invoices: a price nobody agreed to would go unseen."),
    ),
    Conflict(
        "receipt-invoice",
        ("purchasing.receipt.post", "purchasing.return.post"),
        ("purchasing.invoice.post",),
        _("Who receives does not enter the invoices: goods that never came would be paid."),
    ),
    Conflict(
        "invoice-release",
        ("purchasing.invoice.create", "purchasing.invoice.post"),
        ("purchasing.invoice.release",),
        _("Who enters an invoice does not release it for payment."),
    ),
    Conflict(
        "supplier-order",
        ("masterdata.supplier.activate", "masterdata.party.activate"),
        ("purchasing.order.confirm",),
        _("Who admits suppliers does not order from them."),
    ),
    Conflict(
        "sales-delivery",
        ("sales.order.create", "sales.order.confirm"),
        ("sales.delivery.post",),
        _("Who takes orders does not hand out the goods."),
    ),
    Conflict(
        "delivery-billing",
        ("sales.delivery.post", "sales.return.post"),
        ("sales.billing.post",),
        _("Who hands out goods or takes them back does not invoice or credit them."),
    ),
    Conflict(
        "issue-completion",
        ("production.issue.post", "production.return.post"),
        ("production.completion.post",),
        _("Who hands out components does not report what was made of them: losses would go unseen."),
    ),
    Conflict(
        "credit-order",
        ("sales.credit-limit.create", "sales.credit-limit.edit"),
        ("sales.order.confirm",),
        _("Who grants credit does not take orders on it."),
    ),
    Conflict(
        "stock-ledger",
        ("warehouse.other-out.post", "warehouse.other-in.post"),
        ("finance.voucher.post",),
        _("Who holds the goods does not keep their books."),
    ),
    Conflict(
        "supplier-payment",
        (
            "masterdata.supplier.create",
            "masterdata.supplier.edit",
            "masterdata.supplier.activate",
            "masterdata.party.create",
            "masterdata.party.edit",
            "masterdata.party.activate",
        ),
        ("finance.payment.post",),
        _("Who keeps the suppliers' records does not pay them: a supplier could be invented."),
    ),
    Conflict(
        "order-payment",
        ("purchasing.order.create", "purchasing.order.confirm"),
        ("finance.payment.post",),
        _("Who orders does not pay."),
    ),
    Conflict(
        "receipt-payment",
        ("purchasing.receipt.post",),
        ("finance.payment.post",),
        _("Who receives the goods does not pay for them."),
    ),
    Conflict(
        "invoice-payment",
        ("purchasing.invoice.create", "purchasing.invoice.post", "purchasing.invoice.release"),
        ("finance.payment.post",),
        _("Who enters or releases invoices does not pay them."),
    ),
    Conflict(
        "cashier-books",
        ("finance.payment.post",),
        ("finance.voucher.create", "finance.voucher.edit", "finance.voucher.review", "finance.voucher.post"),
        _("Who holds the money does not keep the books, nor check them."),
    ),
    Conflict(
        "customer-collection",
        ("masterdata.customer.create", "masterdata.customer.edit", "sales.order.confirm", "sales.billing.post"),
        ("finance.payment.post",),
        _("Who sells does not collect the money."),
    ),
    Conflict(
        "periods",
        ("finance.voucher.create",),
        ("books.period.reopen",),
        _("Who keeps the books does not open closed ones again."),
    ),
    Conflict(
        "administration",
        ("platform.company.edit",),
        ("finance.voucher.create", "finance.voucher.post"),
        _("Who administers the system does not post in it."),
    ),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A person who holds both sides of a conflict, in a company or (None) in all of the group."""

    conflict: Conflict
    user_id: int
    login: str
    company_id: int | None
    roles: tuple[str, ...]


def held(group_id: int) -> Iterator[Held]:
    """Who holds conflicting duties in a group, by roles as they are now; a role for all companies counts in each."""
    rights: dict[tuple[int, str], dict[int | None, set[str]]] = defaultdict(lambda: defaultdict(set))
    names: dict[tuple[int, str], dict[int | None, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = RoleAssignment.objects.filter(group_id=group_id, user__is_active=True).order_by("user_id", "role__key")
    for user, login, company, role, patterns in rows.values_list(
        "user_id", "user__login", "company_id", "role__key", "role__permissions"
    ):
        rights[user, login][company] |= resolve(patterns, catalogue.permissions)
        names[user, login][company].append(role)
    for (user, login), by_company in rights.items():
        everywhere = by_company.get(None, set())
        for place, own in by_company.items():
            for conflict in clashes(own | everywhere):
                roles = tuple(dict.fromkeys([*names[user, login][place], *names[user, login].get(None, [])]))
                yield Held(conflict, user, login, place, roles)


def clashes(permissions: set[str] | frozenset[str]) -> list[Conflict]:
    """The conflicts within a set of permissions."""
    return [c for c in CONFLICTS if permissions & {*c.one} and permissions & {*c.other}]
