"""Commands on companies and their books: `company create`, `year open`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jingwei.books.charts import Standard, Taxpayer
from jingwei.server import runtime
from jingwei.server.cli.arguments import day
from jingwei.server.cli.database import require_migrated
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]

#: Options that are fields of the company itself.
FACTS = ("code", "name_zh", "name_en", "currency", "time_zone")


def register(commands: Parsers) -> None:
    """Add this file's commands."""
    company = commands.add_parser("company", help="begin a company: `company create`")
    create = company.add_subparsers(dest="deed", required=True, metavar="create").add_parser(
        "create", help="add a company with its chart of accounts and the periods of its first year"
    )
    create.add_argument("--code", required=True, help="short code of the company, such as SH")
    create.add_argument("--name-zh", default="", help="name in Chinese; at least one of the two names is needed")
    create.add_argument("--name-en", default="", help="name in English")
    create.add_argument("--currency", default="CNY", help="currency of its books, by ISO 4217 (default CNY)")
    create.add_argument("--time-zone", default="Asia/Shanghai", help="decides its business date (default %(default)s)")
    create.add_argument(
        "--standard",
        required=True,
        choices=[standard.value for standard in Standard],
        help="小企业会计准则, 企业会计准则 or the international chart; chosen once",
    )
    create.add_argument(
        "--taxpayer",
        default=Taxpayer.GENERAL.value,
        choices=[taxpayer.value for taxpayer in Taxpayer],
        help="how it pays value-added tax (default general)",
    )
    create.add_argument(
        "--vouchers",
        default="single",
        choices=("single", "three"),
        help="one voucher type 记, or three: 收, 付, 转 (default single)",
    )
    create.add_argument(
        "--revenue-on",
        default="invoice",
        choices=("invoice", "delivery"),
        help="what makes revenue of goods sold (default invoice: delivered goods wait on 1406)",
    )
    create.add_argument(
        "--starts-on", required=True, type=day, metavar="YYYY-MM-DD", help="day from which the books are kept"
    )
    create.set_defaults(run=run_create)
    year = commands.add_parser("year", help="fiscal years of a company: `year open`")
    opening = year.add_subparsers(dest="deed", required=True, metavar="open").add_parser(
        "open", help="make the twelve periods of the year that follows the last one"
    )
    opening.add_argument("--company", required=True, metavar="CODE", help="code of the company")
    opening.add_argument("--year", required=True, type=int, help="the fiscal year, such as 2027")
    opening.set_defaults(run=run_open)
    for parser in (create, opening):
        parser.add_argument("--group", type=int, metavar="ID", help="the group meant, when there are several")


def run_create(chosen: argparse.Namespace) -> int:
    """`jingwei company create`."""
    with runtime.database("jingwei company create", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server.companies import create_company

        begun = create_company(
            {name: getattr(chosen, name) for name in FACTS},
            standard=Standard(chosen.standard),
            taxpayer=Taxpayer(chosen.taxpayer),
            voucher_scheme=chosen.vouchers,
            revenue_on=chosen.revenue_on,
            starts_on=chosen.starts_on,
            group_id=chosen.group,
        )
        if begun.is_new_group:
            say(f"Group {begun.group.pk} ({begun.group.name}) was made: the database had none.")
        company = begun.company
        say(
            f"Company {company.code} ({company.name_zh or company.name_en}) keeps books in {company.currency_id} "
            f"from {chosen.starts_on.isoformat()}: {begun.accounts} accounts, {begun.periods} periods."
        )
    return 0


def run_open(chosen: argparse.Namespace) -> int:
    """`jingwei year open`."""
    with runtime.database("jingwei year open", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server.companies import open_fiscal_year

        company, periods = open_fiscal_year(chosen.company, chosen.year, group_id=chosen.group)
        say(f"Fiscal year {chosen.year} of company {company.code} is open: {periods} periods.")
    return 0
