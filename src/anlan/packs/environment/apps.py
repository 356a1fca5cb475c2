from django.apps import AppConfig


class EnvironmentConfig(AppConfig):
    name = "anlan.packs.environment"
    label = "environment"
    default_auto_field = "django.db.models.BigAutoField"
