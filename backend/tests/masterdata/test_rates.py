"""Exchange rates: what is wrong with one, and what only looks wrong."""

from __future__ import annotations

import pytest

from jingwei.masterdata.models import ExchangeRate

RATE = {"from_currency": "USD", "to_currency": "CNY", "valid_from": "2026-01-01", "rate": "7.1"}


@pytest.fixture
def owner(world):
    person = world.person("owner")
    person.made("masterdata/exchange-rates", RATE)
    return person


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rate": "0"}, "number.range"),
        ({"rate": "-7.1"}, "number.range"),
        ({"rate": "0.14"}, "rate.inverted"),
        ({"to_currency": "USD"}, "rate.same_currency"),
        ({"from_currency": "XXQ"}, "currency.unknown"),
    ],
)
def test_wrong_rates_are_refused_by_name(world, owner, change, code):
    for language in ("en", "zh-Hans"):
        owner.language = language
        reply = owner.post("masterdata/exchange-rates", {**RATE, "valid_from": "2026-02-01", **change})
        assert (reply.status, reply.codes) == (422, [code])
    assert ExchangeRate.objects.filter(group=world.group).count() == 1


@pytest.mark.parametrize(("rate", "is_warned"), [("8.52", False), ("8.53", True), ("5.68", False), ("5.67", True)])
def test_a_rate_far_from_the_last_one_is_warned_about_and_taken(owner, rate, is_warned):
    far = {**RATE, "valid_from": "2026-02-01", "rate": rate}
    shown = owner.post("masterdata/exchange-rates/preview", far).body
    assert shown["errors"] == []
    assert [w["message"] for w in shown["warnings"]] == (
        [f"{rate} is more than 20 % away from the last rate of the pair, 7.1."] if is_warned else []
    )
    assert owner.made("masterdata/exchange-rates", far)["rate"] == rate
