"""From order to finished bicycle, through HTTP, as its people do it."""

from __future__ import annotations

from decimal import Decimal

from jingwei.stock.models import PlannedMove
from tests.production.stories import (
    BIKES,
    COST,
    DISPATCHED,
    LABOUR,
    MATERIAL,
    OVERHEAD,
    PARTS,
    balances,
    with_works,
)
from tests.purchasing.stories import order as purchase
from tests.purchasing.stories import receipt
from tests.stock.stories import at
from tests.support.rules import check_invariants

TAX = {"tax_rate": "13"}
D = Decimal


def _post(person, path, body, **more):
    made = person.made(path, body)
    reply = person.post(f"{path}/{made['id']}/post", more or None, version=1)
    assert reply.status == 200, reply.body
    return reply.body["record"]


def _planned(world):
    """What is to come and to go, the orders' own lines after each other."""
    rows = PlannedMove.objects.filter(group=world.group).exclude(quantity=0)
    order = ("BIKE", "FRAME", "WHEEL", "BOLT")
    return sorted(((p.item.code, p.quantity) for p in rows), key=lambda p: (order.index(p[0]), -p[1]))


def test_from_order_to_finished_bicycle(world):
    with_works(world)
    clerk, planner, buyer = world.person("clerk"), world.person("planner"), world.person("buyer")
    keeper, lead, accountant = world.person("keeper"), world.person("lead"), world.person("accountant")

    sold = clerk.made(
        "sales/orders",
        {"customer": "C1", "ordered_on": "2026-01-05", "lines": [{"item": "BIKE", "quantity": "10", "price": "900"}]},
    )
    assert clerk.post(f"sales/orders/{sold['id']}/confirm", version=1).status == 200

    # The planner makes the order out of the sale: components by the bill, operations by the routing.
    (draft,) = planner.post("sales/orders/convert/make", {"ids": [sold["id"]]}).body["drafts"]
    assert (draft["quantity"], draft["sources"]) == ("10", [sold["id"]])
    order = planner.made("production/orders", {**draft, "start_on": "2026-01-12", "due_on": "2026-01-20"})
    path = f"production/orders/{order['id']}"
    assert [
        [c["item"]["number"], c["quantity_required"], c["quantity_available"], c["quantity_short"], c["is_backflushed"]]
        for c in order["components"]
    ] == [
        ["FRAME", "10", "4", "6", False],
        ["WHEEL", "20", "2", "18", False],
        ["BOLT", "82", "100", "0", True],
    ]
    assert [(o["sequence"], o["hours_planned"]) for o in order["operations"]] == [(10, "6"), (20, "1")]
    released = planner.post(f"{path}/release", version=1).body["record"]
    # 10 frames at 100.00, 20 wheels at 40.00, 82 bolts at 0.50; 7 hours at 30.00 and 12.00.
    assert [released[n] for n in ("state", "cost_planned", "cost_labour", "cost_overhead")] == [
        *("released", "213.5", "21", "8.4")
    ]
    short = planner.get("reports/production.shortages").body
    shown = [row["values"] for row in short["rows"]]
    assert [[r["component"]["number"], r["required"], r["short"]] for r in shown] == [
        ["FRAME", "10", "6"],
        ["WHEEL", "20", "18"],
    ]
    assert _planned(world) == [("BIKE", 10), ("BIKE", -10), ("FRAME", -10), ("WHEEL", -20), ("BOLT", -82)]

    # What is short is bought.
    bought = buyer.made("purchasing/orders", purchase(("FRAME", 6, "110", TAX), ("WHEEL", 18, "42", TAX)))
    assert buyer.post(f"purchasing/orders/{bought['id']}/confirm", version=1).status == 200
    came = _post(keeper, "purchasing/receipts", receipt((bought["id"], 1, 6), (bought["id"], 2, 18), on="2026-01-09"))
    assert planner.get("reports/production.shortages").body["rows"] == []

    # Frames at (400 + 660) / 10 = 106.00, wheels at (80 + 756) / 20 = 41.80.
    (draft,) = keeper.post("production/orders/convert/issue", {"ids": [order["id"]]}).body["drafts"]
    assert [(x["order_line"], x["quantity"]) for x in draft["lines"]] == [(1, "10"), (2, "20")]
    issued = _post(keeper, "production/issues", {**draft, "moved_at": at("2026-01-12")})
    assert (issued["amount"], [x["amount"] for x in issued["lines"]]) == ("1896", ["1060", "836"])
    assert balances(world)[MATERIAL] == 1896

    # The shop floor reports: 9 good, 1 scrapped; 7.5 hours.
    for operation, good, scrapped, hours, on in (
        (10, 4, 0, 3, "2026-01-13"),
        (10, 5, 1, "3.5", "2026-01-14"),
        (20, 9, 0, 1, "2026-01-15"),
    ):
        said = {"operation": operation, "quantity_good": str(good), "quantity_scrapped": str(scrapped)}
        _post(
            lead,
            "production/operation-reports",
            {"order": order["id"], **said, "hours": str(hours), "reported_at": at(on), "reason": "frame bent"},
        )
    sums = balances(world)
    assert (sums[LABOUR], sums[OVERHEAD], sums["410101"], sums["410199"]) == (225, 90, -225, -90)

    # Four are completed, then five and one that is no good; bolts leave by themselves: 33, then 49.
    first = {"order": order["id"], "quantity": "4", "moved_at": at("2026-01-14")}
    one = _post(lead, "production/completions", first)
    assert (one["amount"], [(x["quantity"], x["amount"]) for x in one["lines"]]) == ("854", [("33", "16.5")])
    second = {**first, "quantity": "5", "quantity_scrapped": "1", "moved_at": at("2026-01-16")}
    two = _post(lead, "production/completions", second)
    assert (two["amount"], [(x["quantity"], x["amount"]) for x in two["lines"]]) == ("1067.5", [("49", "24.5")])
    now = planner.get(path).body
    assert [now[n] for n in ("progress", "quantity_completed", "quantity_scrapped")] == ["90", "9", "1"]
    assert [now[n] for n in ("amount_material", "amount_work", "amount_completed", "amount_wip")] == [
        *("1937", "315", "1921.5", "330.5")
    ]
    sums = balances(world)
    # Of 9 × 213.50, 189.00 was labour and 75.60 overhead.
    assert (sums[BIKES], sums[MATERIAL], sums[LABOUR], sums[OVERHEAD]) == (D("1921.5"), D("280.1"), 36, D("14.4"))
    check_invariants(world)

    # Six go out, four are invoiced.
    (draft,) = keeper.post("sales/orders/convert/deliver", {"ids": [sold["id"]]}).body["drafts"]
    lines = [{**draft["lines"][0], "quantity": "6"}]
    went = _post(keeper, "sales/deliveries", {**draft, "lines": lines, "moved_at": at("2026-01-19")})
    lines = [{"delivery": went["id"], "delivery_line": 1, "quantity": "4"}]
    _post(accountant, "sales/billings", {"customer": "C1", "invoiced_on": "2026-01-20", "lines": lines})
    sums = balances(world)
    assert (sums[COST], sums[DISPATCHED], sums[BIKES]) == (854, 427, D("640.5"))

    # Closed at what it cost: 2,252.00 for nine.
    refused = planner.post(f"{path}/close", {"posted_on": "2026-01-15"}, version=now["version"])
    assert (refused.status, refused.codes) == (422, ["date.order"])
    closed = planner.post(f"{path}/close", {"posted_on": "2026-01-28"}, version=now["version"]).body["record"]
    assert [closed[n] for n in ("state", "amount_wip", "amount_completed", "amount_settled")] == [
        *("closed", "0", "2252", "0")
    ]
    sums = balances(world)
    assert (sums[COST], sums[DISPATCHED], sums[BIKES]) == (D("1000.89"), D("500.44"), D("750.67"))
    assert {MATERIAL, LABOUR, OVERHEAD}.isdisjoint(sums)
    assert _planned(world) == [("BIKE", -4)]  # what is still to be delivered
    check_invariants(world)

    # The wheels turn out to have cost 43.00: what is found out after the close is cost of sales.
    asked = [{"receipt": came["id"], "receipt_line": 2, "quantity": "18", "price": "43", **TAX}]
    dated = {"invoiced_on": "2026-01-29", "posted_on": "2026-01-29", "number_given": "77"}
    _post(accountant, "purchasing/invoice-matches", {"supplier": "S1", **dated, "lines": asked})
    after = balances(world)
    assert (after[COST] - sums[COST], after.get(PARTS, D(0)) - sums[PARTS]) == (18, 0)
    assert {MATERIAL, LABOUR, OVERHEAD}.isdisjoint(after)
    shown = planner.get("reports/production.variances?from_on=2026-01-01&to_on=2026-01-31").body["rows"]
    assert [[r["order"]["number"], r["planned"], r["actual"], r["variance"]] for r in (x["values"] for x in shown)] == [
        [order["number"], "1921.5", "2252", "330.5"]
    ]
    check_invariants(world)
