from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("stock", "0005_open_plans")]

    operations = [migrations.RenameField("valueentry", "party_id", "subject_id")]
