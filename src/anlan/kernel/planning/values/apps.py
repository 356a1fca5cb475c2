from django.apps import AppConfig


class ValuesConfig(AppConfig):
    name = "anlan.kernel.planning.values"
    label = "planning_values"
    default_auto_field = "django.db.models.BigAutoField"
