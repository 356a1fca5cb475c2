"""Clocks know when they are raised next, so that a sweep reads only those."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import Count

AFTER = (timedelta(0), timedelta(days=1), timedelta(days=3))


def fill(apps, _schema):
    for clock in apps.get_model("casework", "Clock").objects.filter(stopped_at=None).annotate(done=Count("escalations")):
        clock.raised = clock.done
        if clock.paused_at is None and clock.done < len(AFTER):
            clock.raise_at = clock.due_at + AFTER[clock.done]
        clock.save(update_fields=["raised", "raise_at"])


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [
        migrations.AddField("clock", "raised", models.SmallIntegerField(default=0)),
        migrations.AddField("clock", "raise_at", models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "clock",
            models.Index(
                fields=["raise_at"], condition=models.Q(raise_at__isnull=False), name="case_clocks_to_raise"
            ),
        ),
    ]
