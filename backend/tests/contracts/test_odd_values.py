"""No value in any field, filter or parameter breaks anything: it is taken, or refused by name and nothing is saved."""

from __future__ import annotations

import csv
import io
import itertools
import json
from urllib.parse import quote

import pytest

from jingwei.books.models import Account
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.query import filterable, operators
from jingwei.platform.documents.values import meaning
from jingwei.platform.models import RegistryRow
from jingwei.platform.reports.asking import meanings
from tests.contracts.samples import INPUTS, KEYS, SAMPLES
from tests.contracts.test_documents import working_world
from tests.contracts.test_reports import path_of

every = pytest.mark.parametrize("key", KEYS)

ODD = (
    None,
    "",
    "x" * 5_000,
    "a\u0000b",
    "a\ud800b",
    "٣",
    "1e400",
    "9" * 38,
    "0.00000000001",
    "2026-02-30",
    "9999-12-31T23:59:59+14:00",
    True,
    -1,
    10**40,
    [],
    {},
    [None],
)
#: What stands in an address: bytes that are no UTF-8 among it.
ASKED = ("", *(quote(v, errors="surrogatepass") for v in ODD[2:11]), "-1", "%FF", "null", "1,x,2")
NUMBERS = itertools.count(31)  # of samples, whose codes are unique
#: What stands in a file.
CELLS = (*(v for v in ODD[2:11] if v != "a\ud800b"), "03/04/2026", "#N/A", "-1", "=1+1")
TEXT = frozenset({"text", "code", "multiline"})


@pytest.fixture(scope="module")
def world():
    """One group for all of them: what is taken by chance does no harm to the next."""
    return working_world()


@pytest.fixture(scope="module")
def owner(world):
    person = world.person("owner")
    person.company = world.company_id  # a company made by chance might come first
    return person


def bodies(document, sample):
    """The sample with each of its fields odd in turn: (field, its kind, value, body)."""
    for name in (*document.writable, *(lines.name for lines in document.lines)):
        kind = meaning(document.field(name)).kind if name in document.header_fields else "lines"
        for odd in ODD:
            yield name, kind, odd, {**sample, name: odd}
    for lines in document.lines:
        first, *others = sample.get(lines.name) or [{}]
        for name in (n for n in lines.fields if n not in lines.read_only):
            for odd in ODD:
                body = {**sample, lines.name: [{**first, name: odd}, *others]}
                yield f"{lines.name}.{name}", meaning(lines.model._meta.get_field(name)).kind, odd, body


@every
def test_no_value_breaks_a_record(owner, world, key):
    document = catalogue.get(key)
    before = RegistryRow.objects.filter(group=world.group).count()
    for name, kind, odd, body in bodies(document, SAMPLES[key](20)):
        sent = json.dumps(body)
        seen = owner.post(f"{document.path}/preview", sent)
        assert seen.status in (200, 400, 422), (name, odd, seen.body)
        assert all(e["code"] and e["message"] for e in seen.body["errors"]), (name, odd)
        if seen.status != 200 or seen.body["errors"] or kind in TEXT:
            continue
        reply = owner.post(document.path, sent)
        assert reply.status in (201, 400, 409, 422), (name, odd, reply.body)
        before += reply.status == 201
    assert RegistryRow.objects.filter(group=world.group).count() == before


@every
def test_no_value_breaks_a_list(owner, key):
    document = catalogue.get(key)
    asked = [
        f"filter[{name}][{op}]={value}"
        for name, m in filterable(document).items()
        for op in operators(m)
        for value in ASKED
    ]
    asked += [
        f"{name}={value}"
        for name in ("search", "sort", "cursor", "limit", "fields", "totals", "count")
        for value in ASKED
    ]
    for query in asked:
        reply = owner.get(f"{document.path}?{query}")
        assert reply.status in (200, 400, 422), (query, reply.body)
        assert reply.status == 200 or all(e["code"] and e["message"] for e in reply.body["errors"]), query


@pytest.mark.parametrize(("key", "action"), sorted(INPUTS))
def test_no_value_breaks_an_action(owner, key, action):
    document = catalogue.get(key)
    made = owner.made(document.path, SAMPLES[key](next(NUMBERS)))
    for name in document.action(action).inputs.model_fields:
        for odd in ODD:
            sent = json.dumps({**INPUTS[key, action], name: odd})
            reply = owner.post(f"{document.path}/{made['id']}/{action}", sent, version=made["version"])
            assert reply.status in (400, 409, 422), (name, odd, reply.body)
            assert all(e["code"] and e["message"] for e in reply.body["errors"]), (name, odd)


@every
def test_no_cell_breaks_an_import(owner, world, key):
    """A file of the sample as exported, each of its columns odd in turn; nothing of it is saved."""
    document = catalogue.get(key)
    made = owner.made(document.path, SAMPLES[key](22))
    out = owner.get(f"{document.path}/export?format=csv&filter[id][eq]={made['id']}").body.decode("utf-8-sig")
    head, first, *_others = csv.reader(io.StringIO(out))
    before = RegistryRow.objects.filter(group=world.group).count()
    for position, column in enumerate(head):
        rows = [[*first[:position], odd, *first[position + 1 :]] for odd in CELLS]
        file = io.StringIO()
        csv.writer(file).writerows([head, *rows])
        reply = owner.upload(f"{document.path}/import", "x.csv", file.getvalue().encode(), dry_run="0", mode="upsert")
        assert reply.status in (200, 400, 409, 422), (column, reply.body)
        assert reply.body["errors"], (column, reply.body)
        assert all(e["code"] and e["message"] for e in reply.body["errors"]), column
    assert RegistryRow.objects.filter(group=world.group).count() == before


@pytest.mark.parametrize("key", sorted(catalogue.reports))
def test_no_value_breaks_a_report(owner, world, key):
    account = Account.objects.get(company=world.company_id, code="1002")
    path = path_of(key, account)
    assert owner.get(path).status == 200
    for name in meanings(catalogue.reports[key].params):
        for value in ASKED:
            reply = owner.get(f"{path}&{name}={value}")
            assert reply.status in (200, 400, 404, 409, 422), (name, value, reply.body)
            assert reply.status == 200 or reply.codes, (name, value)
