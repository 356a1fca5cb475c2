from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "anlan.kernel.alarms"
    label = "alarms"
    default_auto_field = "django.db.models.BigAutoField"
