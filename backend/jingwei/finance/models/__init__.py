"""What accountants and cashiers keep: vouchers by hand, the register of invoices, payments, settlements and tax
invoices."""

from jingwei.finance.models.invoices import InvoiceKind, RegisteredInvoice
from jingwei.finance.models.payments import (
    Direction,
    Payment,
    PaymentLine,
    SettledLine,
    Settlement,
    SettlementLine,
)
from jingwei.finance.models.tax_invoices import (
    TaxInvoice,
    TaxInvoiceColour,
    TaxInvoiceDirection,
    TaxInvoiceKind,
    TaxInvoiceLine,
)
from jingwei.finance.models.vouchers import Voucher, VoucherKind, VoucherLine

__all__ = [
    "Direction",
    "InvoiceKind",
    "Payment",
    "PaymentLine",
    "RegisteredInvoice",
    "SettledLine",
    "Settlement",
    "SettlementLine",
    "TaxInvoice",
    "TaxInvoiceColour",
    "TaxInvoiceDirection",
    "TaxInvoiceKind",
    "TaxInvoiceLine",
    "Voucher",
    "VoucherKind",
    "VoucherLine",
]
