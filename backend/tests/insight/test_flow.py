"""From an order to its payment and back: the whole way of a document, of what the reader may view."""

from __future__ import annotations

import pytest

from jingwei.platform.models import Link, Role
from tests.purchasing.test_orders import confirmed, order, receipt, received, with_suppliers
from tests.support.world import new_world


@pytest.fixture
def firm(world):
    return with_suppliers(world)


@pytest.fixture
def way(firm):
    """Two orders, of which the first came in two receipts; a third has nothing to do with it."""
    first, second, other = confirmed(firm, *(order(("BOLT", 100, "10")) for _ in range(3)))
    one = received(firm, {**receipt((first, 1, 60)), "sources": [first.pk]})[0]
    both = received(firm, {**receipt((first, 1, 40), (second, 1, 5)), "sources": [first.pk, second.pk]})[0]
    return first, second, other, one, both


def steps(person, document):
    reply = person.get(f"flow/{document.pk}")
    assert reply.status == 200, reply.body
    return [(row["depth"], row["number"], row["state"]["label"]) for row in reply.body["rows"]]


def test_what_came_of_an_order_and_where_a_receipt_came_from(firm, way):
    first, second, other, one, both = way
    reader = firm.person("auditor")
    assert steps(reader, first) == [
        (0, first.number, "Confirmed"),
        (1, one.number, "Posted"),
        (1, both.number, "Posted"),
    ]
    assert steps(reader, both) == [
        (-1, first.number, "Confirmed"),
        (-1, second.number, "Confirmed"),
        (0, both.number, "Posted"),
    ]
    assert steps(reader, other) == [(0, other.number, "Confirmed")]
    row = reader.get(f"flow/{one.pk}").body["rows"][0]
    assert (row["key"], row["label"], row["on"]) == ("purchasing.order", "Purchase order", "2026-01-05")


def test_the_way_is_followed_through_and_a_circle_ends(firm, way):
    first, _second, other, one, _both = way
    Link.objects.create(group=firm.group, source_id=one.pk, target_id=other.pk)
    reader = firm.person("auditor")
    assert (2, other.number, "Confirmed") in steps(reader, first)
    assert steps(reader, other)[:2] == [(-2, first.number, "Confirmed"), (-1, one.number, "Posted")]
    Link.objects.create(group=firm.group, source_id=other.pk, target_id=first.pk)
    assert {number for _depth, number, _state in steps(reader, first)} >= {first.number, one.number, other.number}


def test_only_what_the_reader_may_view_is_on_the_way(firm, way):
    first, *_rest, both = way
    Role.objects.create(group=firm.group, key="orders", name_en="Orders", permissions=["purchasing.order.view"])
    person = firm.person("orders")
    assert [number for _depth, number, _state in steps(person, first)] == [first.number]
    refused = person.get(f"flow/{both.pk}")
    assert (refused.status, refused.codes) == (404, ["record.not_found"])
    other = firm.create("platform.company", {"code": "T2", "name_en": "Second", "name_zh": "第二"})[0].pk
    assert firm.person("auditor", company=other).get(f"flow/{first.pk}").status == 404
    assert new_world("Other").person("auditor").get(f"flow/{first.pk}").status == 404
