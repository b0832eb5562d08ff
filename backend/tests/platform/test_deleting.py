"""What hangs on a draft goes with it: remarks, files, and where it came from or what was made from it."""

from __future__ import annotations

from jingwei.platform.models import Attachment, Comment, Link
from tests.books.stories import OFFICE, voucher, with_books
from tests.support.rules import check_invariants

PATH = "finance/vouchers"


def test_a_draft_made_from_another_is_deleted_with_all_that_hangs_on_it(world):
    owner = with_books(world).person("owner")
    first = owner.made(PATH, voucher(*OFFICE))
    copy = owner.made(PATH, {**voucher(*OFFICE), "sources": [first["id"]]})
    assert owner.post(f"{PATH}/{copy['id']}/comments", {"body": "typed twice"}).status == 201
    assert owner.upload(f"{PATH}/{copy['id']}/attachments", "a.txt", b"a").status == 201
    assert owner.delete(f"{PATH}/{copy['id']}", version=1).status == 204
    assert owner.get(f"{PATH}/{copy['id']}").status == 404
    assert owner.get(f"{PATH}/{first['id']}/links").body == {"rows": []}
    for model in (Link, Comment, Attachment):
        assert not model.objects.filter(group=world.group).exists()
    check_invariants(world)


def test_a_draft_from_which_another_was_made_is_deleted_alone(world):
    owner = with_books(world).person("owner")
    first, other = (owner.made(PATH, voucher(*OFFICE)) for _ in range(2))
    copy = owner.made(PATH, {**voucher(*OFFICE), "sources": [first["id"], other["id"]]})
    assert owner.delete(f"{PATH}/{first['id']}", version=1).status == 204
    assert [row["id"] for row in owner.get(f"{PATH}/{copy['id']}/links").body["rows"]] == [other["id"]]
    check_invariants(world)
