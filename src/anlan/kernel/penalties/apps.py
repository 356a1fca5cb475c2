from django.apps import AppConfig


class PenaltiesConfig(AppConfig):
    name = "anlan.kernel.penalties"
    label = "penalties"
    default_auto_field = "django.db.models.BigAutoField"
