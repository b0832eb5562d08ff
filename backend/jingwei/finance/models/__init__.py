"""What accountants and cashiers keep: vouchers by hand, the register of invoices, payments and settlements."""

from jingwei.finance.models.invoices import InvoiceKind, RegisteredInvoice
from jingwei.finance.models.payments import (
    Direction,
    Payment,
    PaymentLine,
    SettledLine,
    Settlement,
    SettlementLine,
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
    "Voucher",
    "VoucherKind",
    "VoucherLine",
]
