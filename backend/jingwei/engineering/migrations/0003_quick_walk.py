"""The walk that finds cycles takes the way through the indexes whatever the statistics say, which know nothing of bills
that were loaded a moment ago; and it walks only from what leads elsewhere than before."""

from django.db import migrations

FUNCTIONS = """
CREATE OR REPLACE FUNCTION jw_refuse_bill_cycle(changed bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place record;
    wrong bigint;
BEGIN
    FOR place IN
        SELECT b.group_id, b.company_id, array_agg(DISTINCT b.item_id) AS items FROM bill_of_materials b
        WHERE b.id = ANY(changed) AND b.state = 'active' GROUP BY 1, 2 ORDER BY 2
    LOOP
        PERFORM pg_advisory_xact_lock(hashtext('bills'), (place.company_id % 2147483648)::int);
        WITH RECURSIVE walk(item_id, level) AS (
            SELECT unnest(place.items), 0
            UNION
            SELECT below.component_id, w.level + 1 FROM walk w, LATERAL (
                SELECT l.component_id FROM bill_of_materials b
                JOIN bill_line l ON l.group_id = b.group_id AND l.bill_id = b.id
                WHERE b.group_id = place.group_id AND b.item_id = w.item_id AND b.company_id = place.company_id
                    AND b.state = 'active' OFFSET 0
            ) below
            WHERE w.level < 100
        )
        SELECT item_id INTO wrong FROM walk WHERE level = 100 LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'item % would contain itself', wrong USING ERRCODE = '23514', CONSTRAINT = 'bill_cycle';
        END IF;
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION jw_bill_has_no_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM jw_refuse_bill_cycle(array(SELECT id FROM changed WHERE state = 'active'));
    ELSE
        PERFORM jw_refuse_bill_cycle(array(
            SELECT n.id FROM changed n JOIN former o USING (id) WHERE n.state = 'active'
                AND (o.state, o.item_id, o.company_id) IS DISTINCT FROM (n.state, n.item_id, n.company_id)));
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION jw_bill_line_has_no_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM jw_refuse_bill_cycle(array(SELECT DISTINCT bill_id FROM changed));
    ELSE
        PERFORM jw_refuse_bill_cycle(array(
            SELECT DISTINCT n.bill_id FROM changed n JOIN former o USING (id)
            WHERE (o.bill_id, o.component_id) IS DISTINCT FROM (n.bill_id, n.component_id)));
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS = "".join(
    f"DROP TRIGGER {table}_no_cycle_update ON {table};\n"
    f"CREATE TRIGGER {table}_no_cycle_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS former "
    f"NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION jw_{function}_has_no_cycle();\n"
    for table, function in (("bill_of_materials", "bill"), ("bill_line", "bill_line"))
)


class Migration(migrations.Migration):
    dependencies = [("engineering", "0002_no_cycles")]
    operations = [migrations.RunSQL(FUNCTIONS), migrations.RunSQL(TRIGGERS)]
