from django.db import migrations

from anlan.kernel.journal import guard


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(guard.install, guard.remove)]
