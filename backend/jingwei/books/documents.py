"""The declarations of the books: accounts and periods."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.books import accounts, periods
from jingwei.books.models import Account, Period, PeriodLock
from jingwei.platform import masters
from jingwei.platform.documents.declare import Action, Document, Lines, Section, State

ACCOUNTANT = _("Accountant")

ACCOUNT = masters.master(
    key="books.account",
    path="books/accounts",
    model=Account,
    label=_("Account"),
    plural=_("Accounts"),
    help=_("The chart of accounts. Only accounts without others below them are posted to."),
    steward=ACCOUNTANT,
    sections=(
        Section(key="main", label=_("Account"), fields=("code", "name_zh", "name_en", "parent", "type")),
        Section(
            key="use",
            label=_("Use"),
            fields=("normal_balance", "role", "is_postable", "asks_party", "asks_item"),
        ),
    ),
    read_only=frozenset({"is_postable"}),
    columns=("code", "name_zh", "name_en", "parent", "type", "normal_balance", "is_postable", "state"),
    filters=("state", "type", "role", "is_postable", "parent"),
    check=accounts.check,
    saved=accounts.saved,
)

PERIOD = Document(
    key="books.period",
    path="books/periods",
    model=Period,
    label=_("Period"),
    plural=_("Periods"),
    help=_("Fiscal periods. Each area is closed by itself, in order; nothing is posted into what is closed."),
    steward=ACCOUNTANT,
    number="code",
    title=("code", "code"),
    date="starts_on",
    sort="code",
    import_key="code",
    sections=(Section(key="main", label=_("Period"), fields=("code", "year", "number", "starts_on", "ends_on")),),
    lines=(
        Lines(
            name="locks",
            model=PeriodLock,
            parent="period",
            label=_("Locks"),
            help=_("What of the period is closed."),
            fields=("area", "is_closed", "entry_count"),
            read_only=frozenset({"area", "is_closed", "entry_count"}),
        ),
    ),
    columns=("code", "year", "number", "starts_on", "ends_on", "state"),
    filters=("state", "year"),
    states=(
        State(periods.OPEN, pgettext_lazy("period", "Open"), "blue"),
        State(periods.CLOSED, pgettext_lazy("period", "Closed"), "green"),
    ),
    actions=(
        Action(
            key="close",
            label=pgettext_lazy("period", "Close"),
            source=frozenset({periods.OPEN}),
            inputs=periods.Closing,
            rule=periods.close,
            style="primary",
            help=_("Let nothing more be posted into the period, or into one area of it."),
            ask=_("Nothing more can be posted into what is closed."),
        ),
        Action(
            key="reopen",
            label=pgettext_lazy("period", "Reopen"),
            source=frozenset({periods.CLOSED}),
            target=periods.OPEN,
            inputs=periods.Reopening,
            rule=periods.reopen,
            style="danger",
            help=_("Let entries be posted into the period again."),
            ask=_("New vouchers become possible; the statements of the period are issued again."),
        ),
    ),
    prepare=periods.prepare,
    check=periods.check,
)

DOCUMENTS = (ACCOUNT, PERIOD)
