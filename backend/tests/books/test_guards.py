"""What the database itself refuses, and what `jingwei invariants` sees when somebody with the owner's rights did it."""

from __future__ import annotations

import time

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.utils import ProgrammingError

from jingwei.books.models import Account, JournalEntry, JournalLine
from jingwei.books.sealing import seal, verify
from jingwei.platform.invariants import violations
from jingwei.server.wiring import invariants
from tests.books.stories import OFFICE, posted, voucher, with_books
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics


def found(world):
    return [(v.key, v.table, v.id) for v in violations(invariants(), world.group.pk)]


def told(sql, *params):
    """Run as the application role; the name of the constraint or the right that stood in the way."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except (IntegrityError, ProgrammingError) as error:
        return error.__cause__.diag.constraint_name or str(error).split("\n")[0]
    return "accepted"


@pytest.fixture
def books(world):
    return with_books(world)


def test_the_application_cannot_change_what_is_posted(books):
    posted(books, voucher(*OFFICE))
    entry = JournalEntry.objects.get(group=books.group)
    for table in ("journal_entry", "journal_line", "voucher_number", "audit_event", "seal"):
        assert told(f"UPDATE {table} SET group_id = group_id") == f"permission denied for table {table}"
        assert told(f"DELETE FROM {table}") == f"permission denied for table {table}"
        assert told(f"TRUNCATE {table} CASCADE").startswith("permission denied")
    copy = (
        "INSERT INTO journal_line (group_id, company_id, entry_id, line, account_id, posted_on, debit, credit, "
        "currency_id, amount_currency, rate, summary, is_closing, rule, rules_version) SELECT group_id, company_id, "
        "entry_id, line + 10, account_id, posted_on, debit, credit, currency_id, amount_currency, rate, summary, "
        "is_closing, rule, rules_version FROM journal_line WHERE entry_id = %s"
    )
    assert told(copy, entry.pk) == "journal_line_belongs", "a balanced pair of lines cannot join later either"
    check_invariants(books)


def test_the_owner_too_is_told_by_the_triggers(own_database):
    books = with_books(with_basics(new_world()))
    posted(books, voucher(*OFFICE))
    owner = connections["owner"]
    for sql in ("UPDATE journal_line SET debit = 1", "DELETE FROM journal_entry", "TRUNCATE journal_line CASCADE"):
        with pytest.raises(IntegrityError) as refused, transaction.atomic(using="owner"), owner.cursor() as cursor:
            cursor.execute(sql)
        assert refused.value.__cause__.diag.constraint_name == "append_only"


def test_an_entry_must_balance_and_have_lines_at_the_end_of_its_transaction(books):
    (made,) = posted(books, voucher(*OFFICE))
    entry = JournalEntry.objects.get(group=books.group)
    head = (
        "INSERT INTO journal_entry (id, group_id, company_id, period_id, posted_on, area, kind, document_id, purpose, "
        "summary, posted_by_id, posted_at) SELECT {id}, group_id, company_id, period_id, posted_on, area, kind, "
        "document_id, 'again', '', posted_by_id, posted_at FROM journal_entry WHERE id = %s"
    )
    assert told(head.format(id="nextval('jingwei_id_seq')"), entry.pk) == "journal_entry_lines"
    line = (
        "; INSERT INTO journal_line (group_id, company_id, entry_id, line, account_id, posted_on, debit, credit, "
        "currency_id, amount_currency, rate, summary, is_closing, rule, rules_version) SELECT group_id, company_id, "
        "{id}, line, account_id, posted_on, debit * {by}, credit, currency_id, debit * {by} - credit, rate, summary, "
        "is_closing, rule, rules_version FROM journal_line WHERE entry_id = {old}"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('jingwei_id_seq')")
        id = cursor.fetchone()[0]
    both = head.format(id=id).replace("%s", str(entry.pk)) + line.format(id=id, by=2, old=entry.pk)
    assert told(both) == "journal_entry_balances"
    assert told(both.replace("'again'", "'voucher'").replace("* 2", "* 1")) == "journal_entry_once"
    assert made.state == "posted"


@pytest.fixture
def planted(own_database):
    """Four posted vouchers, sealed; and the means to corrupt them as a database administrator could."""
    books = with_books(with_basics(new_world()))
    posted(books, *(voucher(*OFFICE) for _ in range(4)))
    other = with_books(with_basics(new_world("Other")))
    assert sealed(books, 4) == 4
    assert (found(books), verify(books.group.pk, books.company_id)) == ([], None)

    def corrupt(sql, *params):
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
            triggers = [row for row in cursor.fetchall() if row[0].startswith(("journal_", "voucher_number"))]
            for table, name in triggers:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            cursor.execute(sql, params)
            assert cursor.rowcount == 1
            for table, name in triggers:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")

    return books, other, corrupt


def sealed(books, wanted):
    """Seal until `wanted` entries are: one is sealed only once no older transaction runs, in any database here."""
    done, until = 0, time.monotonic() + 10
    while done < wanted and time.monotonic() < until:
        done += seal(books.group.pk, books.company_id)
    return done


def second(books):
    return JournalEntry.objects.filter(group=books.group).order_by("id")[1]


def test_one_changed_amount_is_found(planted):
    books, _other, corrupt = planted
    entry = second(books)
    line = JournalLine.objects.filter(entry=entry).order_by("line").first()
    corrupt("UPDATE journal_line SET debit = debit + 0.01 WHERE id = %s", line.pk)
    assert ("I-1", "journal_entry", entry.pk) in found(books)
    assert ("I-25", "account", line.account_id) in found(books)
    assert verify(books.group.pk, books.company_id).entry_id == entry.pk


def test_one_deleted_line_is_found(planted):
    books, _other, corrupt = planted
    entry = second(books)
    line = JournalLine.objects.filter(entry=entry).order_by("line").last()
    corrupt("DELETE FROM journal_line WHERE id = %s", line.pk)
    assert {("I-1", "journal_entry", entry.pk), ("I-2", "journal_entry", entry.pk)} <= set(found(books))
    assert verify(books.group.pk, books.company_id).entry_id == entry.pk


def test_one_removed_voucher_number_is_found(planted):
    books, _other, corrupt = planted
    entry = second(books)
    corrupt("DELETE FROM voucher_number WHERE entry_id = %s", entry.pk)
    assert ("I-21", "journal_entry", entry.pk) in found(books)
    assert [key for key, table, _id in found(books) if table == "voucher_number"] == ["I-21"]
    assert verify(books.group.pk, books.company_id).entry_id == entry.pk


def test_one_account_of_another_company_is_found(planted):
    books, other, corrupt = planted
    foreign = Account.objects.get(group=other.group, code="1001")
    line = JournalLine.objects.filter(entry=second(books)).order_by("line").last()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE journal_line DROP CONSTRAINT journal_line_account_fk")
    corrupt("UPDATE journal_line SET account_id = %s WHERE id = %s", foreign.pk, line.pk)
    assert ("I-4", "journal_line", line.pk) in found(books)
    assert verify(books.group.pk, books.company_id).entry_id == second(books).pk


def test_a_removed_seal_is_seen(planted):
    books, _other, _corrupt = planted
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE seal DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM seal WHERE position = 2 AND company_id = %s", [books.company_id])
    broken = verify(books.group.pk, books.company_id)
    assert (broken.position, broken.why) == (3, "position 2 is missing")


def test_sealing_goes_on_where_it_stopped(books):
    posted(books, voucher(*OFFICE))
    assert (sealed(books, 1), seal(books.group.pk, books.company_id)) == (1, 0)
    posted(books, voucher(*OFFICE), voucher(*OFFICE))
    assert sealed(books, 2) == 2
    assert verify(books.group.pk, books.company_id) is None
