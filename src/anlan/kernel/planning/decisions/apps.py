from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "anlan.kernel.planning.decisions"
    label = "planning_decisions"
    default_auto_field = "django.db.models.BigAutoField"
