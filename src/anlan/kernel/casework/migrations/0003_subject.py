"""What a case is about, of another room: plain text."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_clock_raised")]

    operations = [
        migrations.AddField("case", "subject_kind", models.CharField(blank=True, default="", max_length=40), preserve_default=False),
        migrations.AddField("case", "subject_id", models.CharField(blank=True, default="", max_length=64), preserve_default=False),
        migrations.AddField("case", "subject_title", models.CharField(blank=True, default="", max_length=120), preserve_default=False),
        migrations.AddIndex("case", models.Index(fields=["subject_kind", "subject_id", "-opened_at"], name="case_subjects")),
    ]
