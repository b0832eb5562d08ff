"""序时账: the journal in the order of its dates and numbers."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from jingwei.books.numbers import VoucherType
from jingwei.books.reports.entries import lines_between
from jingwei.books.reports.general_ledger import opened
from jingwei.books.reports.ledger import in_order, open_ledger, propose_month
from jingwei.books.reports.party_balances import totals_of
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Params, Report, Result, Row, asked
from jingwei.platform.reports.drill import to_documents


class JournalParams(Params):
    """A range of days."""

    from_on: date = asked(_("From day"), _("First day of the entries."), ...)
    to_on: date = asked(_("To day"), _("Last day of the entries."), ...)
    voucher_type: VoucherType | None = asked(_("Voucher type"), _("Only vouchers of this type."))


def run_journal(actor: Actor, params: JournalParams) -> Result:
    """All lines in the order of the journal. Raises Refusal 409 `books.not_started`, 422 `report.too_long` …"""
    in_order(params.from_on, params.to_on)
    ledger = open_ledger(actor)
    ledger.span(params.to_on, "to_on")
    lines = lines_between(ledger, params.from_on, params.to_on, voucher_type=params.voucher_type, openings=True)
    parties = titles(ledger.group_id, {line.party_id for line in lines} - {0})
    documents = to_documents(ledger.group_id, {line.document_id: line.document_type for line in lines})
    rows = []
    for line in lines:
        code = ledger.codes[line.account_id]
        values = {
            "posted_on": line.posted_on,
            "number": line.number,
            "summary": line.occasion(documents.get(line.document_id)),
            "account": ledger.reference(code),
            "party": parties.get(line.party_id),
            "debit": line.debit,
            "credit": line.credit,
        }
        into = opened(ledger, code, params.from_on, params.to_on)
        rows.append(Row(values=values, drill=documents.get(line.document_id), drills={"account": into}))
    columns = (
        Column("posted_on", _("Date"), "date"),
        Column("number", _("Voucher number"), "code"),
        Column("summary", _("Summary")),
        Column("account", _("Account"), "reference"),
        Column("party", _("Party"), "reference"),
        Column("debit", _("Debit"), "amount", scale=ledger.decimals),
        Column("credit", _("Credit"), "amount", scale=ledger.decimals),
    )
    return Result(columns=columns, rows=rows, totals=totals_of(columns, rows), currency=ledger.currency)


JOURNAL = Report(
    key="books.journal",
    label=_("Journal"),
    help=_("Every entry in the order of its date and number; a line opens the document it comes from."),
    params=JournalParams,
    run=run_journal,
    defaults=propose_month,
)
