"""What an account is for: rules and sub-ledgers speak of roles, never of account codes.

The same code means different things in different charts (4001 is production cost in one, paid-in capital in another),
so nothing outside the data files names a code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The purpose of an account. An account has at most one."""

    # money and receivables
    CASH = "CASH"  # notes and coins, imprest funds
    BANK = "BANK"  # bank accounts and payment services
    NOTES_R = "NOTES_R"  # bills held
    AR = "AR"  # invoiced to customers
    AR_UNBILLED = "AR_UNBILLED"  # revenue recognised before the invoice
    ALLOW = "ALLOW"  # allowances against receivables, stock and contract assets
    PREPAY = "PREPAY"  # paid to suppliers in advance
    OTHER_R = "OTHER_R"  # deposits, staff advances, compensation claimed
    CONTRACT = "CONTRACT"  # contract assets and contract costs
    # goods
    STOCK = "STOCK"  # goods with value entries: its balance is the sum of them
    INVOICED_NOT_RECEIVED = "INVOICED_NOT_RECEIVED"  # the supplier's invoice came before the goods
    DISPATCHED = "DISPATCHED"  # delivered to customers, revenue not yet recognised
    IN_USE = "IN_USE"  # low-value tools issued, and what of them was written off
    RIGHT_OF_RETURN = "RIGHT_OF_RETURN"  # goods customers may still send back
    STOCK_VAR = "STOCK_VAR"  # difference between planned and actual cost, kept in the balance sheet
    SUSPENSE = "SUSPENSE"  # count differences found, not yet approved
    WIP = "WIP"  # cost of unfinished production orders
    MOH = "MOH"  # workshop cost before it is allocated
    # long-lived assets
    FA = "FA"  # fixed assets at cost
    FA_DEP = "FA_DEP"  # accumulated depreciation and impairment of fixed assets
    FA_DISP = "FA_DISP"  # fixed assets being disposed of
    CIP = "CIP"  # construction in progress
    ROU = "ROU"  # right-of-use assets, their depreciation and impairment
    IA = "IA"  # intangible assets at cost
    IA_AMORT = "IA_AMORT"  # accumulated amortisation
    PREPAID_EXP = "PREPAID_EXP"  # expenses spread over later periods
    RD = "RD"  # research and development being collected
    # liabilities
    LOAN = "LOAN"  # borrowings
    LEASE = "LEASE"  # lease liabilities
    NOTES_P = "NOTES_P"  # bills issued
    AP = "AP"  # invoiced by suppliers
    GRNI = "GRNI"  # goods received, not yet invoiced; without recoverable tax
    ADVANCE = "ADVANCE"  # received from customers in advance
    PAYROLL = "PAYROLL"  # owed to and for employees
    TAX = "TAX"  # taxes other than value-added tax
    VAT = "VAT"  # value-added tax without an account of its own; all of it for a small-scale taxpayer
    VAT_IN = "VAT_IN"  # input tax deductible now
    VAT_IN_PENDING = "VAT_IN_PENDING"  # input tax booked, deduction not yet confirmed
    VAT_IN_OUT = "VAT_IN_OUT"  # input tax given back because the goods left taxable use
    VAT_OUT = "VAT_OUT"  # output tax due
    VAT_OUT_DEFERRED = "VAT_OUT_DEFERRED"  # output tax on revenue or advances before the tax point
    VAT_SIMPLIFIED = "VAT_SIMPLIFIED"  # tax of a general taxpayer's simplified items
    TAX_SETTLE = "TAX_SETTLE"  # net tax of a closed month, owed or overpaid
    OTHER_P = "OTHER_P"  # deposits received, withheld amounts, accruals
    # equity
    EQUITY = "EQUITY"  # capital and reserves
    OPENING = "OPENING"  # counterpart of opening stock and opening balances
    PL_YEAR = "PL_YEAR"  # profit of the year, filled by closing
    RE = "RE"  # retained earnings and their distribution
    # results
    REVENUE = "REVENUE"  # sales
    SALES_RETURN = "SALES_RETURN"  # sales taken back
    SALES_ALLOWANCE = "SALES_ALLOWANCE"  # price reductions without goods coming back
    OTHER_INCOME = "OTHER_INCOME"  # income outside sales
    COGS = "COGS"  # cost of what was sold
    PRICE_VARIANCE = "PRICE_VARIANCE"  # purchase price against standard cost
    PRODUCTION_VARIANCE = "PRODUCTION_VARIANCE"  # production cost against standard cost
    INVENTORY_GAIN = "INVENTORY_GAIN"  # count surplus, approved
    INVENTORY_LOSS = "INVENTORY_LOSS"  # count shortage, approved
    OTHER_IN = "OTHER_IN"  # counterpart of goods entered without purchase or production
    OTHER_OUT = "OTHER_OUT"  # counterpart of goods issued without sale or production
    FREIGHT_IN = "FREIGHT_IN"  # freight of purchases that is not part of stock cost
    FREIGHT_OUT = "FREIGHT_OUT"  # freight of sales borne by the company
    EXP = "EXP"  # operating and finance expenses
    TAX_EXPENSE = "TAX_EXPENSE"  # taxes and surcharges that are expenses
    OTHER_EXPENSE = "OTHER_EXPENSE"  # losses outside operations
    CASH_DISCOUNT = "CASH_DISCOUNT"  # discount taken by customers for early payment
    EXCHANGE_GAIN = "EXCHANGE_GAIN"  # currency gains
    EXCHANGE_LOSS = "EXCHANGE_LOSS"  # currency losses
    ROUNDING = "ROUNDING"  # residues of rounding, by name
    INCOME_TAX = "INCOME_TAX"  # income tax of the period
    PRIOR_YEAR = "PRIOR_YEAR"  # corrections of earlier years: closed to retained earnings, never to the year's profit
    # not borne by any account: the caller names the account of every line
    CLOSED_ACCOUNT = "CLOSED_ACCOUNT"  # the income or expense account that a closing entry empties


# Posted by their own documents alone: a voucher typed by hand may not touch them, or the sub-ledger would not agree.
CLOSED_TO_HAND_VOUCHERS: Final[frozenset[Role]] = frozenset(
    {
        Role.AR,
        Role.AR_UNBILLED,
        Role.AP,
        Role.GRNI,
        Role.NOTES_R,
        Role.NOTES_P,
        Role.ADVANCE,
        Role.PREPAY,
        Role.STOCK,
        Role.DISPATCHED,
        Role.INVOICED_NOT_RECEIVED,
        Role.WIP,
        Role.FA,
        Role.FA_DEP,
    }
)

# Every chart has a postable account for each of these, whatever the standard: kernels and reports rely on them.
REQUIRED: Final[frozenset[Role]] = CLOSED_TO_HAND_VOUCHERS | {
    Role.CASH,
    Role.BANK,
    Role.OTHER_R,
    Role.SUSPENSE,
    Role.LOAN,
    Role.PAYROLL,
    Role.TAX,
    Role.OTHER_P,
    Role.EQUITY,
    Role.PL_YEAR,
    Role.RE,
    Role.REVENUE,
    Role.OTHER_INCOME,
    Role.COGS,
    Role.EXP,
    Role.OTHER_EXPENSE,
    Role.INVENTORY_LOSS,
    Role.EXCHANGE_LOSS,
    Role.INCOME_TAX,
}


def fits(asked: Role, borne: Role | None) -> bool:
    """Whether an account that bears `borne` may stand for `asked`.

    A control account stands for its own role only, and its role only for a control account; everything else is a
    matter of the chart (stock gains and losses share one account where the standard says so).
    """
    if asked in CLOSED_TO_HAND_VOUCHERS or borne in CLOSED_TO_HAND_VOUCHERS:
        return asked == borne
    return True


class AccountingClass(StrEnum):
    """How the books see what is bought, kept or sold; every item category has one."""

    RAW_MATERIAL = "raw_material"
    AUXILIARY_MATERIAL = "auxiliary_material"
    PURCHASED_PART = "purchased_part"
    SPARE_PART = "spare_part"
    PACKING_MATERIAL = "packing_material"
    FUEL = "fuel"
    FINISHED_GOOD = "finished_good"
    MERCHANDISE = "merchandise"
    SEMI_FINISHED = "semi_finished"
    LOW_VALUE_TOOL = "low_value_tool"
    BIOLOGICAL = "biological"
    SUBCONTRACTED = "subcontracted"
    SERVICE = "service"
    FREIGHT = "freight"
    RENTAL = "rental"


# Classes of things that are never in stock.
NOT_STOCKED: Final[frozenset[AccountingClass]] = frozenset(
    {AccountingClass.SERVICE, AccountingClass.FREIGHT, AccountingClass.RENTAL}
)
