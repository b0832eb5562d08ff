"""What the reports of sales say, figure by figure."""

from __future__ import annotations

from jingwei.books.models import Bookkeeping
from tests.sales.stories import (
    coming_back,
    confirmed,
    credit,
    delivered,
    delivery,
    invoice,
    invoiced,
    order,
    returned,
    taken_back,
    with_customers,
)


def shown(person, key, names, **params):
    query = "&".join(f"{name}={value}" for name, value in params.items())
    reply = person.get(f"reports/{key}?{query}")
    assert reply.status == 200, reply.body
    rows = [tuple(_plain(row["values"][n]) for n in names) for row in reply.body["rows"]]
    return rows, reply.body


def _plain(value):
    return value["number"] if isinstance(value, dict) else value


def test_orders_line_by_line(world):
    firm = with_customers(world)
    first, _second = confirmed(
        firm,
        order(("BOLT", 60, "5"), ("CARR", 1, "30"), requested_on="2026-01-20"),
        order(("BOLT", 70, "4"), customer="C2", requested_on="2026-01-10"),
    )
    (went,) = delivered(firm, delivery((first, 1, 40), (first, 2, 1)))
    invoiced(firm, invoice((went, 1, 30), (went, 2, 1)))
    returned(firm, coming_back((went, 1, 5), is_final=True))
    clerk = firm.person("clerk")
    names = ("customer", "line", "item", "ordered", "reserved", "delivered", "returned", "invoiced", "days_late")
    rows, body = shown(clerk, "sales.order-tracking", names, on="2026-01-25")
    assert rows == [
        ("C2", 1, "BOLT", "70", "40", "0", "0", "0", 15),
        ("C1", 1, "BOLT", "60", "20", "40", "5", "30", 5),
    ]
    assert body["totals"] == {"amount_open": "380"}
    assert body["rows"][1]["drill"]["document"]["id"] == first.pk
    everything, _body = shown(clerk, "sales.order-tracking", ("item", "ordered"), on="2026-01-25", open_only="false")
    assert everything == [("BOLT", "70"), ("BOLT", "60"), ("CARR", "1")]
    item = body["rows"][0]["values"]["item"]["id"]
    one, _body = shown(clerk, "sales.order-tracking", ("customer",), on="2026-01-25", item=item, open_only="true")
    assert one == [("C2",), ("C1",)]


NAMES = ("what", "invoices", "net", "cost", "margin", "margin_rate")


def test_what_was_sold_at_which_margin(world):
    firm = with_customers(world)
    one, two = confirmed(
        firm, order(("BOLT", 50, "5"), ("CARR", 1, "30")), order(("BOLT", 20, "4"), ("NUT", 10, "1"), customer="C2")
    )
    (first,) = delivered(firm, delivery((one, 1, 50), (one, 2, 1)))
    (second,) = delivered(firm, delivery((two, 1, 20), (two, 2, 10), customer="C2"))
    invoiced(firm, invoice((first, 1, 50), (first, 2, 1)))
    (later,) = invoiced(firm, invoice((second, 1, 20), (second, 2, 10), customer="C2", on="2026-02-03"))
    returned(firm, coming_back((first, 1, 10), is_final=True))
    invoiced(firm, credit((first, 1, 10), on="2026-02-10"))
    manager = firm.person("manager")
    span = {"from_on": "2026-01-01", "to_on": "2026-02-28"}
    rows, body = shown(manager, "sales.analysis", NAMES, by="customer", **span)
    assert rows == [
        ("C1", 2, "230", "80", "150", "65.22"),
        ("C2", 1, "90", "45", "45", "50"),
    ]
    assert body["totals"] == {"net": "320", "cost": "125", "margin": "195"}
    rows, _body = shown(manager, "sales.analysis", (*NAMES, "quantity"), by="item", **span)
    assert rows == [
        ("BOLT", 3, "280", "120", "160", "57.14", "60"),
        ("CARR", 1, "30", "0", "30", "100", "0"),
        ("NUT", 1, "10", "5", "5", "50", "10"),
    ]
    rows, _body = shown(manager, "sales.analysis", NAMES, by="month", **span)
    assert rows == [
        ("2026-01", 1, "280", "100", "180", "64.29"),
        ("2026-02", 2, "40", "25", "15", "37.5"),
    ]
    taken_back(firm, "billing", later, on="2026-02-20")
    rows, _body = shown(manager, "sales.analysis", NAMES, by="customer", **span)
    assert rows[1] == ("C2", 1, "0", "0", "0", None)


def test_revenue_on_delivery_is_analysed_when_it_is_invoiced(world):
    firm = with_customers(world)
    Bookkeeping.objects.filter(group=firm.group).update(revenue_on="delivery")
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    invoiced(firm, invoice((went, 1, 4)))
    rows, _body = shown(
        firm.person("manager"), "sales.analysis", NAMES, by="item", from_on="2026-01-01", to_on="2026-01-31"
    )
    assert rows == [("BOLT", 1, "20", "8", "12", "60")]
