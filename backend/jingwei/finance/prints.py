"""Papers of finance: receipts of money and payments, and vouchers by hand, posted or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jingwei.books import prints
from jingwei.books.models import Account
from jingwei.finance.models import Direction, Payment, Voucher
from jingwei.finance.vouchers import DRAFT, REVIEWED
from jingwei.masterdata.prints import Trade, column, widest
from jingwei.platform.documents.declare import Print
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import User
from jingwei.platform.prints.heading import SHEET
from jingwei.platform.prints.wording import amount, day, in_words, money, title


def payments(actor: Actor, records: Sequence[Payment]) -> list[dict[str, Any]]:
    """收款单 or 付款单: the money, whose it is, and what it settles."""
    trade = Trade(actor, records, "party")
    trade.past.read(Account, (record.account_id for record in records))
    columns = (
        column(pgettext("print", "Line"), 10, "center"),
        widest(_("Settled documents")),
        column(_("Due date"), 34),
        column(_("Open amount"), 34, "right"),
        column(_("Settled amount"), 34, "right"),
    )
    sheets = []
    for record in records:
        is_in = record.direction == Direction.IN
        currency = trade.currency(record)
        account = trade.past.of(record, record.account_id)
        settled = [
            [
                str(line.line),
                line.invoice,
                day(line.due_on),
                "" if line.amount_open is None else amount(line.amount_open, currency.decimals),
                "" if line.amount is None else amount(line.amount, currency.decimals),
            ]
            for line in record.lines
        ]
        sheets.append(
            trade.sheet(
                record,
                _("Receipt voucher") if is_in else _("Payment voucher"),
                _("Received from") if is_in else _("Paid to"),
                (
                    (_("Date"), day(record.posted_on)),
                    (_("Bank or cash account"), title(account.name_zh, account.name_en)),
                    (_("External number"), record.reference),
                    (_("Currency"), currency.code),
                ),
                columns=columns,
                rows=settled,
                totals=[
                    *([(_("Advance"), money(record.amount_advance, currency))] if record.amount_advance else []),
                    (pgettext("print", "Amount"), money(record.amount, currency)),
                ],
                words=in_words(record.amount, currency),
                signatures=(_("Prepared by"), _("Approved by"), _("Cashier"), _("Payee") if not is_in else _("Payer")),
            )
        )
    return sheets


def vouchers(actor: Actor, records: Sequence[Voucher]) -> list[dict[str, Any]]:
    """Vouchers by hand: of what is posted its entries, the red one too; of what is not, what is typed."""
    booked = [record for record in records if record.state not in (DRAFT, REVIEWED)]
    typed = [record for record in records if record.state in (DRAFT, REVIEWED)]
    by_record: dict[int, list[prints.Slip]] = {record.pk: [] for record in records}
    for slip in prints.posted(actor, booked) if booked else ():
        by_record[slip.record.pk].append(slip)
    names = User.objects.in_bulk([id for v in records for id in (v.prepared_by_id, v.reviewed_by_id) if id])
    for record in typed:
        lines = [
            prints.SlipLine(
                line.summary,
                line.account_id,
                line.debit,
                line.credit,
                line.party_id,
                line.item_id,
                line.quantity,
                str(line.currency_id or ""),
                line.amount_currency or prints.ZERO,
            )
            for line in record.lines
        ]
        slip = prints.Slip(record, record.voucher_type, 0, record.posted_on, lines, record.attachment_count)
        by_record[record.pk].append(slip)
    for record in records:
        for slip in by_record[record.pk]:
            slip.preparer = names[record.prepared_by_id].name if record.prepared_by_id else ""
            slip.reviewer = names[record.reviewed_by_id].name if record.reviewed_by_id else ""
    return prints.sheets(actor, records, [slip for record in records for slip in by_record[record.pk]])


PAYMENT = Print(key="payment", label=gettext_lazy("Receipt or payment voucher"), make=payments, template=SHEET)
VOUCHER = replace(prints.VOUCHER, make=vouchers)
