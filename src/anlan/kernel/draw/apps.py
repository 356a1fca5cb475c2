from django.apps import AppConfig


class DrawConfig(AppConfig):
    name = "anlan.kernel.draw"
    label = "draw"
    default_auto_field = "django.db.models.BigAutoField"
