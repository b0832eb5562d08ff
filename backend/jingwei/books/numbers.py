"""Voucher numbers: gapless per company, type and period, given by the last step of the outermost command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import models
from django.utils.translation import pgettext_lazy

from jingwei.books.journal import Posted
from jingwei.books.keeping import keeping_of
from jingwei.books.models import Account, VoucherNumber, VoucherScheme
from jingwei.books.roles import Role
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.numbering import take


class VoucherType(models.TextChoices):
    """凭证字: what vouchers are numbered by; either one for all, or three by what happens to money."""

    GENERAL = "记", pgettext_lazy("voucher type", "General")
    RECEIPT = "收", pgettext_lazy("voucher type", "Receipt")
    PAYMENT = "付", pgettext_lazy("voucher type", "Payment")
    TRANSFER = "转", pgettext_lazy("voucher type", "Transfer")


CASH = frozenset({Role.CASH, Role.BANK})


def give_voucher_numbers(command: Command) -> None:
    """Finisher: number the entries posted by the command, in the order of posting.

    The counter's row is the one that concurrent postings wait for; after it only the commit follows.
    """
    posted: list[Posted] = command.pending.pop("voucher numbers", [])
    if not posted:
        return
    series: dict[tuple[int, int, str, str], list[Posted]] = defaultdict(list)
    for one, kind in zip(posted, _types(command, posted), strict=True):
        series[one.entry.company_id, one.entry.period_id, one.period_code, kind].append(one)
    rows = []
    for (company, period, code, kind), members in sorted(series.items()):
        numbers = take(command.actor.group_id, company, f"voucher {kind}", code, len(members))
        for one, number in zip(members, numbers, strict=True):
            one.voucher_type, one.number = kind, number
            rows.append(
                VoucherNumber(
                    group_id=one.entry.group_id,
                    company_id=company,
                    period_id=period,
                    type=kind,
                    number=number,
                    entry_id=one.entry.pk,
                )
            )
    sets.insert(rows)
    command.pending["numbered"].extend(posted)


def _types(command: Command, posted: Sequence[Posted]) -> list[str]:
    """记 for all, or by the lines: 收 debits cash or bank, 付 credits it, 转 neither or both."""
    if all(one.voucher_type for one in posted):
        return [one.voucher_type for one in posted]
    companies = {one.entry.company_id for one in posted}
    three = {c for c, k in keeping_of(command, companies).items() if k.voucher_scheme == VoucherScheme.THREE}
    cash: set[int] = set()
    if three:
        rows = Account.objects.filter(company_id__in=three, role__in=CASH)
        cash = set(rows.values_list("id", flat=True))
    return [one.voucher_type or _by_lines(one, cash, one.entry.company_id in three) for one in posted]


def _by_lines(one: Posted, cash: set[int], three: bool) -> str:
    if not three:
        return "记"
    received = any(line.account_id in cash and line.debit for line in one.lines)
    paid = any(line.account_id in cash and line.credit for line in one.lines)
    if received == paid:
        return "转"
    return "收" if received else "付"
