"""The guards of the journal: an entry balances and has its lines from the transaction that made it, for ever."""

from django.db import migrations

LINES_BELONG = """
CREATE FUNCTION jw_journal_lines_belong() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT a.entry_id INTO wrong FROM added a LEFT JOIN journal_entry e ON e.id = a.entry_id
    WHERE e.id IS NULL OR e.created_xid <> pg_current_xact_id() OR e.company_id <> a.company_id
       OR e.posted_on <> a.posted_on LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lines may join entry % only in the transaction that made it', wrong
            USING ERRCODE = '23514', CONSTRAINT = 'journal_line_belongs';
    END IF;
    SELECT a.account_id INTO wrong FROM added a JOIN account c ON c.id = a.account_id WHERE NOT c.is_postable LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % is a header', wrong
            USING ERRCODE = '23514', CONSTRAINT = 'journal_line_postable';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_lines_belong AFTER INSERT ON journal_line REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION jw_journal_lines_belong();
"""

# On the header, not on the lines: a deferred trigger per line would sum the entry once for each of them.
ENTRY_BALANCES = """
CREATE FUNCTION jw_journal_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines integer;
    difference numeric;
BEGIN
    SELECT count(*), coalesce(sum(debit - credit), 0) INTO lines, difference
    FROM journal_line WHERE entry_id = NEW.id;
    IF lines < 2 THEN
        RAISE EXCEPTION 'entry % has % lines', NEW.id, lines
            USING ERRCODE = '23514', CONSTRAINT = 'journal_entry_lines';
    END IF;
    IF difference <> 0 THEN
        RAISE EXCEPTION 'entry % is out of balance by %', NEW.id, difference
            USING ERRCODE = '23514', CONSTRAINT = 'journal_entry_balances';
    END IF;
    IF NEW.kind NOT IN ('exchange', 'revaluation') AND EXISTS (
        SELECT FROM journal_line WHERE entry_id = NEW.id GROUP BY currency_id HAVING sum(amount_currency) <> 0)
    THEN
        RAISE EXCEPTION 'entry % is out of balance in a currency', NEW.id
            USING ERRCODE = '23514', CONSTRAINT = 'journal_entry_currency';
    END IF;
    IF NEW.reverses_id IS NOT NULL AND EXISTS (
        SELECT FROM journal_line WHERE entry_id IN (NEW.id, NEW.reverses_id)
        GROUP BY account_id, currency_id HAVING sum(debit) <> 0 OR sum(credit) <> 0 OR sum(amount_currency) <> 0)
    THEN
        RAISE EXCEPTION 'entry % is not equal and opposite to %', NEW.id, NEW.reverses_id
            USING ERRCODE = '23514', CONSTRAINT = 'journal_entry_reverses';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_entry_balances AFTER INSERT ON journal_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION jw_journal_entry_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]
    operations = [migrations.RunSQL(LINES_BELONG), migrations.RunSQL(ENTRY_BALANCES)]
