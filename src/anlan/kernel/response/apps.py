from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "anlan.kernel.response"
    label = "response"
    default_auto_field = "django.db.models.BigAutoField"
