"""What every report promises, tried on each through HTTP: nobody writes these tests again for a new report."""

from __future__ import annotations

from datetime import date

import pytest

from jingwei.books.charts import Standard
from jingwei.books.models import Account
from jingwei.books.starting import start_books
from jingwei.masterdata.models import Item
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import run
from jingwei.platform.models import Role
from jingwei.platform.organising import assign
from jingwei.platform.reports.asking import is_drilled, meanings
from tests.contracts.test_translations import said, untranslated
from tests.support.world import Person, new_world, with_basics

KEYS = sorted(catalogue.reports)
every = pytest.mark.parametrize("key", KEYS)

#: What must be given besides what is proposed, for the books that `world` keeps.
GIVEN = {
    "books.general-ledger": "account={account}",
    "stock.item-ledger": "item={item}",
    "engineering.bill-tree": "item={item}",
    "engineering.where-used": "item={item}",
    "production.cost-rollup": "item={item}",
    "books.statement-figure": ("statement=balance_sheet&line=A01&column=closing&from_on=2026-11-01&to_on=2026-11-30"),
}


def keep_books(world, company_id):
    actor = world.actor.in_company(company_id)
    run(actor, lambda c: start_books(c, company_id, standard=Standard.SBE, starts_on=date(2026, 1, 1)))
    if not Item.objects.filter(group=world.group).exists():
        world.create("masterdata.item", {"code": "BOLT", "name_en": "Bolt", "category": "RM", "unit": "PCS"})
    return Account.objects.get(company=company_id, code="1002")


@pytest.fixture
def account(world):
    return keep_books(world, world.company_id)


def item_of(group_id):
    """The first item of the group; reports of one item are made for it."""
    return Item.objects.filter(group=group_id).earliest("id").pk


def path_of(key, account):
    """The report with what it asks for; dates are proposed for the month of the last posting, here of today."""
    fields = meanings(catalogue.reports[key].params)
    words = GIVEN.get(key, "")
    item = item_of(account.group_id) if "{item}" in words else 0
    given = [words.format(account=account.pk, item=item)]
    for name, value in {"from_on": "2026-11-01", "to_on": "2026-11-30", "on": "2026-11-30"}.items():
        if name in fields and name not in given[0]:
            given.append(f"{name}={value}")
    return f"reports/{key}?" + "&".join(part for part in given if part)


@every
def test_a_report_speaks_both_languages(key):
    report = catalogue.reports[key]
    texts = {"label": report.label, "help": report.help}
    for name, m in meanings(report.params).items():
        texts |= {f"{name} label": m.label, f"{name} help": m.help}
        texts |= {f"{name} choice {value}": label for value, label in m.choices if value not in "记收付转"}
    assert untranslated(texts) == []
    labels = [said(r.label, "zh-hans") for r in catalogue.reports.values()]
    assert len(labels) == len(set(labels))


@every
def test_its_form_comes_from_the_declaration(world, account, key):
    reader = world.person("auditor")
    meta = reader.get(f"meta/reports/{key}").body
    assert (meta["key"], meta["path"]) == (key, f"reports/{key}")
    assert [field["name"] for field in meta["params"]] == list(meanings(catalogue.reports[key].params))
    assert all(field["label"] and field["help"] for field in meta["params"])
    given = {
        name for name in meanings(catalogue.reports[key].params) if is_drilled(catalogue.reports[key].params, name)
    }
    assert {field["name"] for field in meta["params"] if field["read_only"]} == given
    assert not given or not catalogue.reports[key].in_menu, "nobody could type it"
    for field in meta["params"]:
        assert field["type"] != "reference" or set(field["target"]) == {"key", "path"}


@every
def test_it_answers_in_the_shape_it_declares(world, account, key):
    reader = world.person("auditor")
    reply = reader.get(path_of(key, account))
    assert reply.status == 200, reply.body
    body = reply.body
    currency = "CNY" if any(column["kind"] == "amount" for column in body["columns"]) else body["currency"]
    assert (body["key"], body["currency"], body["as_of"][-1]) == (key, currency, "Z")
    names = [column["name"] for column in body["columns"]]
    assert len(names) == len(set(names))
    assert all(list(row["values"]) == names for row in body["rows"])
    assert set(body["totals"] or {}) <= set(names)
    if (chart := body["chart"]) is not None:
        numbers = {c["name"] for c in body["columns"] if c["kind"] in ("amount", "quantity", "integer")}
        assert chart["x"] in set(names) - numbers
        assert chart["series"]
        assert set(chart["series"]) <= numbers
    assert list(body["params"]) == list(meanings(catalogue.reports[key].params))
    chinese = world.person("auditor", language="zh-Hans").get(path_of(key, account)).body
    assert chinese["label"] == said(catalogue.reports[key].label, "zh-hans") != body["label"]
    assert [c["label"] for c in chinese["columns"]] != [c["label"] for c in body["columns"]]


@every
def test_it_is_a_workbook_too(world, account, key):
    reader = world.person("auditor")
    reply = reader.get(f"{path_of(key, account)}&format=xlsx")
    assert (reply.status, reply.body[:4]) == (200, b"PK\x03\x04")
    other = reader.get(f"{path_of(key, account)}&format=pdf")
    assert (other.status, other.codes) == (400, ["query.unknown"])


@every
def test_what_is_not_known_is_refused_with_what_is(world, account, key):
    reader = world.person("auditor")
    reply = reader.get(f"{path_of(key, account)}&nope=1")
    assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (400, ["query.unknown"], "nope")
    assert reply.body["errors"][0]["hint"].startswith("Allowed: ")
    for name, m in meanings(catalogue.reports[key].params).items():
        wrong = {"date": "2026-02-30", "bool": "maybe", "integer": "x", "choice": "nope", "reference": "x"}.get(m.kind)
        if wrong is None:
            continue
        kept = [p for p in path_of(key, account).split("?")[1].split("&") if not p.startswith(f"{name}=")]
        refused = reader.get(f"reports/{key}?" + "&".join([*kept, f"{name}={wrong}"]))
        assert refused.status in (400, 422), (name, refused.body)
        assert refused.body["errors"][0]["field"] == name


@every
def test_what_must_be_given_is_asked_for_by_name(world, account, key):
    reader = world.person("auditor")
    proposed = {f["name"] for f in reader.get(f"meta/reports/{key}").body["params"] if f.get("default") is not None}
    needed = [n for n, m in meanings(catalogue.reports[key].params).items() if m.required and n not in proposed]
    reply = reader.get(f"reports/{key}")
    if needed:
        assert (reply.status, reply.codes) == (422, ["field.required"] * len(needed))
        assert [e["field"] for e in reply.body["errors"]] == needed
    else:
        assert reply.status == 200, reply.body


@every
def test_without_the_permission_there_is_no_report(world, account, key):
    Role.objects.create(
        group=world.group, key="goods", name_en="Goods", permissions=["masterdata.*", "books.account.*"]
    )
    person = world.person("goods")
    reply = person.get(path_of(key, account))
    assert (reply.status, reply.codes) == (403, ["permission.denied"])
    assert reply.body["errors"][0]["permission"] == f"{key}.view"
    assert person.get(f"meta/reports/{key}").status == 404
    entries = [e["key"] for group in person.get("meta/app").body["menu"] for e in group["entries"]]
    assert key not in entries
    assert f"{key}.view" in catalogue.permissions


@every
def test_the_right_in_one_company_opens_no_other(world, account, key):
    other = world.create("platform.company", {"code": "T2", "name_en": "Second", "name_zh": "第二"})[0].pk
    theirs = keep_books(world, other)
    permissions = ["masterdata.*", "books.account.*"]
    Role.objects.create(group=world.group, key="goods", name_en="Goods", permissions=permissions)
    person = world.person("auditor", company=world.company_id)
    assert person.get(path_of(key, account)).status == 200
    person.company = other
    assert person.get(path_of(key, theirs)).codes == ["company.denied"]
    assign(world.group, person.user, "goods", other)
    person = Person(person.user)
    person.company = other
    assert person.get(path_of(key, theirs)).codes == ["permission.denied"]


@every
def test_ids_of_another_company_or_group_are_not_found(world, account, key):
    other = world.create("platform.company", {"code": "T2", "name_en": "Second", "name_zh": "第二"})[0].pk
    stranger = with_basics(new_world("Other"))
    foreign = {
        "books.account": [keep_books(world, other).pk, keep_books(stranger, stranger.company_id).pk],
        "masterdata.party": [
            stranger.create("masterdata.party", {"code": "X1", "name_en": "X", "is_customer": True})[0].pk
        ],
        "masterdata.item": [item_of(stranger.group.pk)],
        "masterdata.warehouse": [
            stranger.create("masterdata.warehouse", {"code": "W1", "name_en": "Their warehouse"})[0].pk
        ],
    }
    reader = world.person("auditor")
    for name, m in meanings(catalogue.reports[key].params).items():
        if m.target is None:
            continue
        for id in (*foreign[catalogue.of(m.target).key], account.group_id, 2**52):
            kept = [p for p in path_of(key, account).split("?")[1].split("&") if not p.startswith(f"{name}=")]
            reply = reader.get(f"reports/{key}?" + "&".join([*kept, f"{name}={id}"]))
            assert (reply.status, reply.codes) == (404, ["record.not_found"]), (name, id)


@every
def test_a_company_without_books_is_told_so(world, key):
    if not key.startswith("books."):
        return
    reader = world.person("auditor")
    path = path_of(key, world.group).replace(f"account={world.group.pk}", "")
    if "account" in meanings(catalogue.reports[key].params):
        assert reader.get(path).codes == ["field.required"], "there is no account to name"
        return
    reply = reader.get(path)
    assert (reply.status, reply.codes) == (409, ["books.not_started"])
    assert reader.get(f"meta/reports/{key}").status == 200


def test_the_menu_lists_reports_after_documents(world):
    menu = world.person("auditor").get("meta/app").body["menu"]
    finance = next(group for group in menu if group["key"] == "finance")["entries"]
    reports = [e["key"] for e in finance if e["kind"] == "report"]
    assert reports == [r.key for r in catalogue.reports.values() if r.in_menu and r.module == "books"]
    assert [e["kind"] for e in finance].index("report") > max(
        n for n, e in enumerate(finance) if e["kind"] == "document"
    )
    assert all(e["path"] == f"reports/{e['key']}" for e in finance if e["kind"] == "report")


def test_reports_are_in_the_openapi_schema():
    from jingwei.server.urls import api

    schema = api.get_openapi_schema()
    for key, report in catalogue.reports.items():
        described = schema["paths"][f"/api/v1/reports/{key}"]["get"]
        names = [p["name"] for p in described["parameters"]]
        assert names == [*meanings(report.params), "format"]
        answer = described["responses"][200]["content"]["application/json"]["schema"]
        assert answer == {"$ref": "#/components/schemas/ReportAnswer"}


def test_nothing_can_be_written_while_a_report_is_made(world):
    from django.db import DatabaseError

    from jingwei.platform.reports.running import one_moment

    with pytest.raises(DatabaseError, match="read-only transaction"), one_moment():
        Role.objects.filter(group=world.group).update(name_en="x")
