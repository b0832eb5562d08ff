"""Administrators on the command line: a company with its books, fiscal years, keys, preset roles."""

from __future__ import annotations

import hashlib
import re
from datetime import date

import pytest
from django.test import Client

from jingwei.books.models import Account, Bookkeeping, Period, PeriodLock
from jingwei.platform.models import ApiKey, AuditEvent, Company, Group, Role, User
from jingwei.server.cli import main
from jingwei.server.roles import PRESETS
from jingwei.server.runtime import Urls
from tests.books.stories import OFFICE, posted, voucher
from tests.support.rules import check_invariants
from tests.support.world import World

SHANGHAI = ("--code", "SH", "--name-zh", "上海甲公司", "--name-en", "Shanghai One", "--starts-on", "2026-01-01")
NOWHERE = str(2**53)  # ids stay below it


def company_create(world: World, *arguments: str) -> int:
    return main(["company", "create", *arguments, "--group", str(world.group.pk)])


def year_open(world: World, code: str, year: int) -> int:
    return main(["year", "open", "--company", code, "--year", str(year), "--group", str(world.group.pk)])


# company create


def test_a_company_begins_with_its_chart_and_its_year(world, capsys):
    assert company_create(world, *SHANGHAI, "--standard", "sbe") == 0
    company = Company.objects.get(group=world.group, code="SH")
    accounts = Account.objects.filter(group=world.group, company=company)
    assert capsys.readouterr().out == (
        f"Company SH (上海甲公司) keeps books in CNY from 2026-01-01: {accounts.count()} accounts, 12 periods.\n"
    )
    facts = (company.name_zh, company.name_en, company.currency_id, company.time_zone, company.state)
    assert facts == ("上海甲公司", "Shanghai One", "CNY", "Asia/Shanghai", "active")
    kept = Bookkeeping.objects.get(group=world.group, company=company)
    assert (kept.standard, kept.taxpayer, kept.voucher_scheme, kept.revenue_on) == (
        "sbe",
        "general",
        "single",
        "invoice",
    )
    assert kept.starts_on == date(2026, 1, 1)
    assert {a.code: a.is_postable for a in accounts.filter(code__in=("1001", "222101"))} == {
        "1001": True,
        "222101": False,
    }
    periods = Period.objects.filter(group=world.group, company=company).order_by("code")
    assert [p.code for p in periods] == [f"2026-{month:02}" for month in range(1, 13)]
    assert PeriodLock.objects.filter(group=world.group, period__in=periods).count() == 12 * 7
    written = AuditEvent.objects.filter(group=world.group, document_id=company.pk).values_list("action", "via")
    assert list(written) == [("create", "cli")]


def test_what_was_asked_for_is_what_the_books_are_kept_by(world, capsys):
    asked = ("--code", "HK", "--name-en", "Hong Kong Ltd", "--currency", "HKD", "--time-zone", "Asia/Hong_Kong")
    kept = (
        "--standard",
        "ifrs",
        "--taxpayer",
        "small_scale",
        "--vouchers",
        "three",
        "--revenue-on",
        "delivery",
        "--starts-on",
        "2025-04-01",
    )
    assert company_create(world, *asked, *kept) == 0
    assert capsys.readouterr().out.startswith("Company HK (Hong Kong Ltd) keeps books in HKD from 2025-04-01: ")
    books = Bookkeeping.objects.get(group=world.group, company__code="HK")
    assert (books.standard, books.taxpayer, books.voucher_scheme, books.revenue_on) == (
        "ifrs",
        "small_scale",
        "three",
        "delivery",
    )
    assert books.company.time_zone == "Asia/Hong_Kong"


def test_people_work_in_the_new_company_at_once(world, capsys):
    owner = world.person("owner")
    assert company_create(world, *SHANGHAI, "--standard", "asbe") == 0
    world.company_id = Company.objects.get(group=world.group, code="SH").pk
    assert [c["code"] for c in owner.get("meta/app").body["companies"]] == ["SH", "T1"]
    lines = [(account.replace("560201", "660201"), *amounts) for account, *amounts in OFFICE]
    (made,) = posted(world, voucher(*lines, on="2026-02-03"))
    assert made.number == "记-2026-02-0001"
    check_invariants(world)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            ("--code", "T1"),
            "jingwei company: Company T1 exists already. Open the existing record, or give another value.\n",
        ),
        (("--currency", "XXQ"), "jingwei company: XXQ is not a currency of ISO 4217.\n"),
        (("--time-zone", "Moon/Far"), "jingwei company: Moon/Far is not a time zone of the IANA database.\n"),
        (("--name-zh", "", "--name-en", ""), "jingwei company: Give at least one of the two names.\n"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_made(world, capsys, changed, said):
    assert company_create(world, *SHANGHAI, "--standard", "sbe", *changed) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == said
    assert list(Company.objects.filter(group=world.group).values_list("code", flat=True)) == ["T1"]
    assert not Account.objects.filter(group=world.group).exists()
    assert not Bookkeeping.objects.filter(group=world.group).exists()


def test_a_group_that_is_not_there_is_named(world, capsys):
    assert main(["company", "create", *SHANGHAI, "--standard", "sbe", "--group", NOWHERE]) == 1
    assert capsys.readouterr().err == f"jingwei company: There is no group {NOWHERE}.\n"


def test_a_day_that_is_none_is_not_understood(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["company", "create", "--code", "A", "--standard", "sbe", "--starts-on", "2026-02-30"])
    assert ended.value.code == 2
    assert "'2026-02-30' is not a day such as 2026-01-01" in capsys.readouterr().err


def test_an_empty_database_gets_its_first_group_and_a_second_company_joins_it(own_database: Urls, capsys):
    assert main(["company", "create", *SHANGHAI, "--standard", "sbe"]) == 0
    group = Group.objects.get()
    assert group.name == "上海甲公司"
    assert capsys.readouterr().out.splitlines()[0] == (
        f"Group {group.pk} (上海甲公司) was made: the database had none."
    )
    assert set(Role.objects.filter(group=group).values_list("key", flat=True)) == {p.key for p in PRESETS}
    assert main(["company", "create", "--code", "BJ", *SHANGHAI[2:], "--standard", "sbe"]) == 0
    assert capsys.readouterr().out.startswith("Company BJ (上海甲公司) keeps books in CNY")
    assert list(Company.objects.order_by("code").values_list("code", "group_id")) == [
        ("BJ", group.pk),
        ("SH", group.pk),
    ]


def test_a_refused_first_company_leaves_no_group(own_database: Urls, capsys):
    assert main(["company", "create", *SHANGHAI, "--standard", "sbe", "--time-zone", "Moon/Far"]) == 1
    assert Group.objects.count() == 0
    assert Company.objects.count() == 0


def test_with_several_groups_one_must_be_named(world, capsys):
    other = Group.objects.create(name="Another")
    assert main(["company", "create", *SHANGHAI, "--standard", "sbe"]) == 1
    err = capsys.readouterr().err
    assert re.match(r"jingwei company: There are \d+ groups: ", err)
    assert err.endswith("Say which with --group.\n")
    assert not Company.objects.filter(group=other).exists()


# year open


def test_the_next_year_is_opened_and_no_other(world, capsys):
    assert company_create(world, *SHANGHAI, "--standard", "sbe") == 0
    capsys.readouterr()
    assert year_open(world, "sh", 2027) == 0
    assert capsys.readouterr().out == "Fiscal year 2027 of company SH is open: 12 periods.\n"
    company = Company.objects.get(group=world.group, code="SH")
    periods = Period.objects.filter(group=world.group, company=company)
    assert sorted(p.code for p in periods.filter(year=2027)) == [f"2027-{month:02}" for month in range(1, 13)]
    for year in (2026, 2027, 2029):
        assert year_open(world, "SH", year) == 1
        assert capsys.readouterr().err == (
            "jingwei year: Fiscal years follow one another: the books of SH reach to the end of 2027. "
            "The next year to open is 2028.\n"
        )
    assert periods.count() == 24


def test_a_company_without_books_has_no_years(world, capsys):
    assert year_open(world, "T1", 2026) == 1
    assert capsys.readouterr().err == "jingwei year: The company T1 keeps no books yet, so it has no fiscal years.\n"
    assert year_open(world, "ZZ", 2026) == 1
    assert capsys.readouterr().err == (
        f"jingwei year: There is no company ZZ in group {world.group.pk} ({world.group.name}).\n"
    )
    assert not Period.objects.filter(group=world.group).exists()


# createkey


def test_a_key_acts_as_its_user_within_its_scopes_and_its_secret_is_not_kept(world, capsys):
    user = world.person("owner").user
    assert main(["createkey", "--login", user.login, "--name", "shop", "--scope", "masterdata.unit.*", "*.export"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        f"The key shop acts as {user.login} in group {world.group.pk} ({world.group.name}): "
        "masterdata.unit.*, *.export."
    )
    assert lines[2:] == ["The secret is not kept and cannot be shown again."]
    bearer = lines[1].removeprefix("Authorization: ")
    secret = bearer.removeprefix("Bearer ")
    assert re.fullmatch(r"jw_[\w-]{43}", secret)
    key = ApiKey.objects.get(group=world.group)
    assert (key.user_id, key.name, key.scopes) == (user.pk, "shop", ["masterdata.unit.*", "*.export"])
    assert key.secret_sha256 == hashlib.sha256(secret.encode()).hexdigest()
    client, headers = Client(), {"authorization": bearer}
    assert client.get("/api/v1/masterdata/units", headers=headers).status_code == 200
    assert client.get("/api/v1/masterdata/items", headers=headers).status_code == 403


def test_two_keys_of_one_user_have_two_secrets(world, capsys):
    user = world.person("auditor").user
    for name in ("a", "b"):
        assert main(["createkey", "--login", user.login, "--name", name]) == 0
    shown = re.findall(r"Bearer (\S+)", capsys.readouterr().out)
    assert len(set(shown)) == 2
    assert ApiKey.objects.filter(group=world.group, scopes=[]).count() == 2


def test_a_user_who_has_yet_to_choose_a_password_is_told_of(world, capsys):
    user = world.person("auditor").user
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    assert main(["createkey", "--login", user.login, "--name", "a"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"{user.login} has yet to choose a password; until then the key is refused."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scope", "masterdata.itm.*"), "No permission fits the pattern masterdata.itm.*. Patterns are such as "),
        (("--scope=-*.view",), "The patterns leave no permission: begin with one that gives some."),
        (("--group", NOWHERE), f"has no role in group {NOWHERE}, so a key could do nothing."),
        (("--name", "  "), "Say with --name what the key is for."),
        (
            ("--login", "nobody-of-that-name"),
            "There is no user nobody-of-that-name. Add one with `jingwei createuser`.",
        ),
        (("--login", "system"), "Nobody may act as system: the user is inactive."),
    ],
)
def test_a_key_that_would_be_wrong_is_not_made(world, capsys, arguments, said):
    user = world.person("auditor").user
    assert main(["createkey", "--login", user.login, "--name", "a", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert not ApiKey.objects.filter(user=user).exists()


# migrate


def test_migrating_brings_preset_roles_up_to_the_table_and_leaves_others_alone(own_database: Urls, capsys):
    assert main(["company", "create", *SHANGHAI, "--standard", "sbe"]) == 0
    group = Group.objects.get()
    Role.objects.filter(group=group, key="auditor").update(permissions=["*"], name_en="Changed")
    Role.objects.filter(group=group, key="cashier").delete()
    Role.objects.create(group=group, key="own", name_en="Own", permissions=["*.view"])
    capsys.readouterr()
    assert main(["migrate"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "schema is up to date",
        "preset roles of 1 group are as this version has them",
    ]
    now = {role.key: (role.name_en, tuple(role.permissions)) for role in Role.objects.filter(group=group)}
    assert now == {p.key: (p.name_en, p.permissions) for p in PRESETS} | {"own": ("Own", ("*.view",))}
