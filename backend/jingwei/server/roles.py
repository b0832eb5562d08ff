"""The preset roles: what each job in a company may do. Patterns are resolved against all declared permissions;
one that begins with `-` takes away again. `jingwei migrate` brings every group's presets up to this table."""

from __future__ import annotations

from dataclasses import dataclass

READ = ("*.view", "*.export", "*.print")

# One prepares, another reviews and posts: nobody but the owner has both, and the owner not for the same voucher.
KEEP_BOOKS = (
    "finance.*.create",
    "finance.*.edit",
    "finance.*.delete",
    "finance.*.import",
    "books.account.*",
    "books.period.create",
    "books.period.close",
)
CHECK_BOOKS = (
    "finance.*.review",
    "finance.*.unreview",
    "finance.*.post",
    "finance.*.reverse",
    "books.period.*",
    "purchasing.invoice.release",
)
# Who holds the money keeps no books, and who checks them does not pay.
PAY = ("finance.payment.*", "finance.settlement.*")


@dataclass(frozen=True, slots=True)
class Preset:
    """A role every group starts with."""

    key: str
    name_zh: str
    name_en: str
    permissions: tuple[str, ...]


PRESETS = (
    Preset("owner", "老板（单人会计）", "Owner (single accountant)", ("*",)),
    Preset("administrator", "系统管理员", "Administrator", (*READ, "platform.*")),
    Preset("steward", "数据专员", "Data steward", (*READ, "masterdata.*", "platform.view.share")),
    Preset(
        "buyer",
        "采购员",
        "Buyer",
        (*READ, "masterdata.supplier.create", "masterdata.supplier.edit", "purchasing.order.*"),
    ),
    Preset(
        "clerk",
        "销售员",
        "Sales clerk",
        (*READ, "masterdata.customer.create", "masterdata.customer.edit", "sales.order.*"),
    ),
    Preset(
        "keeper",
        "仓管员",
        "Warehouse keeper",
        (
            *READ,
            "warehouse.*",
            "-warehouse.opening.*",
            "purchasing.receipt.*",
            "purchasing.return.*",
            "sales.delivery.*",
            "sales.return.*",
            "production.issue.*",
            "production.return.*",
            *READ,
        ),
    ),
    Preset("engineer", "工艺员", "Process engineer", (*READ, "engineering.*")),
    Preset("planner", "计划员", "Planner", (*READ, "engineering.work-centre.*", "production.order.*")),
    Preset(
        "lead",
        "车间主管",
        "Shop-floor lead",
        (*READ, "production.operation-report.*", "production.completion.*"),
    ),
    Preset(
        "accountant",
        "会计",
        "Accountant",
        (
            *READ,
            *KEEP_BOOKS,
            "purchasing.invoice.*",
            "-purchasing.invoice.release",
            "finance.settlement.*",
            "finance.payment.settle",
            "finance.tax-invoice.*",
            "sales.billing.*",
        ),
    ),
    Preset("cashier", "出纳", "Cashier", (*READ, *PAY)),
    Preset(
        "controller",
        "财务总监",
        "Controller",
        (
            *CHECK_BOOKS,
            "-finance.payment.*",
            *READ,
            "sales.credit-limit.*",
            "stock.item-valuation.*",
            "stock.standard-cost.*",
            "platform.view.share",
        ),
    ),
    Preset("manager", "总经理", "General manager", (*READ, "platform.view.share")),
    Preset("auditor", "审计", "Auditor", READ),
    Preset("integrator", "集成", "Integrator", (*READ, "masterdata.*.create", "masterdata.*.edit")),
)
