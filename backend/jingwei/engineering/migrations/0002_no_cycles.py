"""No item contains itself by the active bills of a company, whoever writes them.

Whatever changes an active bill first takes the lock that all bills of the company share, so that the second of two
changes sees the first. Then the bills are walked from what was changed, level by level, each item once a level: without
a cycle the walk ends; with one it reaches any depth. A hundred levels are deeper than anything is built.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION jw_refuse_bill_cycle(changed bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place record;
    wrong bigint;
BEGIN
    FOR place IN
        SELECT DISTINCT b.group_id, b.company_id FROM bill_of_materials b
        WHERE b.id = ANY(changed) AND b.state = 'active' ORDER BY 2
    LOOP
        PERFORM pg_advisory_xact_lock(hashtext('bills'), (place.company_id % 2147483648)::int);
        WITH RECURSIVE walk(item_id, level) AS (
            SELECT DISTINCT b.item_id, 0 FROM bill_of_materials b
            WHERE b.group_id = place.group_id AND b.company_id = place.company_id AND b.id = ANY(changed)
                AND b.state = 'active'
            UNION
            SELECT l.component_id, w.level + 1 FROM walk w
            JOIN bill_of_materials b ON b.group_id = place.group_id AND b.company_id = place.company_id
                AND b.item_id = w.item_id AND b.state = 'active'
            JOIN bill_line l ON l.group_id = b.group_id AND l.bill_id = b.id
            WHERE w.level < 100
        )
        SELECT item_id INTO wrong FROM walk WHERE level = 100 LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'item % would contain itself', wrong USING ERRCODE = '23514', CONSTRAINT = 'bill_cycle';
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION jw_bill_has_no_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM jw_refuse_bill_cycle(array(SELECT id FROM changed WHERE state = 'active'));
    RETURN NULL;
END $$;
CREATE FUNCTION jw_bill_line_has_no_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM jw_refuse_bill_cycle(array(SELECT DISTINCT bill_id FROM changed));
    RETURN NULL;
END $$;
"""

# A trigger that is shown the changed rows is for one kind of change.
TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_no_cycle_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS changed "
    f"FOR EACH STATEMENT EXECUTE FUNCTION jw_{function}_has_no_cycle();\n"
    for table, function in (("bill_of_materials", "bill"), ("bill_line", "bill_line"))
    for event in ("INSERT", "UPDATE")
)


class Migration(migrations.Migration):
    dependencies = [("engineering", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE), migrations.RunSQL(TRIGGERS)]
