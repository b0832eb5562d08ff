"""The declarations of finance: vouchers by hand, and the opening balances as a view on them."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from jingwei.finance import vouchers
from jingwei.finance.models import Voucher, VoucherKind, VoucherLine
from jingwei.finance.vouchers import DRAFT, POSTED, REVERSED, REVIEWED
from jingwei.platform.documents.declare import Action, Conversion, Document, Lines, Section, State

VOUCHER = Document(
    key="finance.voucher",
    path="finance/vouchers",
    model=Voucher,
    label=_("Voucher"),
    plural=_("Vouchers"),
    help=_("Entries typed by hand. One prepares, another reviews; what is posted is only ever reversed."),
    steward=_("Accountant"),
    number="number",
    title=("summary", "summary"),
    date="posted_on",
    sort="-id",
    import_key="reference",
    where={"kind": VoucherKind.ORDINARY},
    sections=(
        Section(
            key="main",
            label=_("Voucher"),
            fields=("number", "voucher_type", "posted_on", "summary", "reference", "attachment_count"),
        ),
        Section(key="totals", label=_("Totals"), fields=("amount_debit", "amount_credit")),
    ),
    read_only=frozenset({"number", "amount_debit", "amount_credit"}),
    lines=(
        Lines(
            name="lines",
            model=VoucherLine,
            parent="voucher",
            label=_("Entries"),
            help=_("Debits and credits; both sides must be equal."),
            fields=(
                "summary",
                "account",
                "debit",
                "credit",
                "party",
                "item",
                "quantity",
                "currency",
                "amount_currency",
                "rate",
                "due_on",
            ),
            minimum=2,
        ),
    ),
    columns=("number", "posted_on", "voucher_type", "summary", "amount_debit", "amount_credit", "state"),
    filters=("state", "voucher_type", "posted_on"),
    search=("reference", "lines.summary"),
    sortable=("id", "posted_on"),
    states=(
        State(DRAFT, _("Draft"), "grey"),
        State(REVIEWED, _("Reviewed"), "blue"),
        State(POSTED, _("Posted"), "green"),
        State(REVERSED, _("Reversed"), "violet"),
    ),
    editable_in=frozenset({DRAFT}),
    deletable_in=frozenset({DRAFT}),
    actions=(
        Action(
            key="review",
            label=_("Review"),
            source=frozenset({DRAFT}),
            target=REVIEWED,
            rule=vouchers.review,
            style="primary",
            help=_("Confirm what another person prepared."),
        ),
        Action(
            key="unreview",
            label=_("Undo review"),
            source=frozenset({REVIEWED}),
            target=DRAFT,
            rule=vouchers.unreview,
            help=_("Back to draft, to be changed."),
        ),
        Action(
            key="post",
            label=_("Post"),
            source=frozenset({REVIEWED}),
            target=POSTED,
            rule=vouchers.post,
            style="primary",
            help=_("Write the voucher into the journal and number it."),
        ),
        Action(
            key="reverse",
            label=_("Reverse"),
            source=frozenset({POSTED}),
            target=REVERSED,
            rule=vouchers.reverse,
            inputs=vouchers.Reversal,
            style="danger",
            help=_("Take the voucher back by a red one in an open period."),
            ask=_("A red voucher with the same lines is posted; both stay in the books."),
        ),
    ),
    conversions=(
        Conversion(
            key="copy",
            label=_("Copy to a new draft"),
            target="finance.voucher",
            source=frozenset({DRAFT, REVIEWED, POSTED, REVERSED}),
            build=vouchers.copy_of,
            help=_("A new draft with the same lines, to be corrected."),
        ),
    ),
    prepare=vouchers.prepare,
    check=vouchers.check,
)

OPENING = replace(
    VOUCHER,
    key="finance.opening",
    path="finance/openings",
    label=_("Opening balance"),
    plural=_("Opening balances"),
    help=_("The balances with which the books begin, control accounts by party included."),
    where={"kind": VoucherKind.OPENING},
    conversions=(),
)

DOCUMENTS = (VOUCHER, OPENING)
