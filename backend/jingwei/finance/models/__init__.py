"""What accountants and cashiers keep: vouchers by hand, the register of invoices."""

from jingwei.finance.models.invoices import InvoiceKind, RegisteredInvoice
from jingwei.finance.models.vouchers import Voucher, VoucherKind, VoucherLine

__all__ = ["InvoiceKind", "RegisteredInvoice", "Voucher", "VoucherKind", "VoucherLine"]
