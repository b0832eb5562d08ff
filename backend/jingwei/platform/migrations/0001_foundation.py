"""The one sequence behind all ids and the bounded number domains behind all numeric columns."""

from django.db import migrations

DOMAINS = {
    "jw_quantity": "numeric(20,6) CHECK (VALUE > -1e13 AND VALUE < 1e13)",
    "jw_amount": "numeric(19,4) CHECK (VALUE > -1e15 AND VALUE < 1e15)",
    "jw_price": "numeric(20,8) CHECK (VALUE > -1e12 AND VALUE < 1e12)",
    "jw_rate": "numeric(18,8) CHECK (VALUE > -1e10 AND VALUE < 1e10)",
}


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL("CREATE SEQUENCE jingwei_id_seq AS bigint MAXVALUE 9007199254740991"),
        *(migrations.RunSQL(f"CREATE DOMAIN {name} AS {kind}") for name, kind in DOMAINS.items()),
    ]
