"""The currencies of ISO 4217 that are legal tender somewhere, with their decimals."""

import csv
from pathlib import Path

from django.db import migrations


def fill(apps, schema_editor):
    currency = apps.get_model("platform", "Currency")
    path = Path(__file__).resolve().parents[1] / "data" / "currencies.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [currency(**row) for row in csv.DictReader(file)]
    currency.objects.using(schema_editor.connection.alias).bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("platform", "0002_initial")]
    operations = [migrations.RunPython(fill)]
