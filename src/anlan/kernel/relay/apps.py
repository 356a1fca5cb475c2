from django.apps import AppConfig


class RelayConfig(AppConfig):
    name = "anlan.kernel.relay"
    label = "relay"
    default_auto_field = "django.db.models.BigAutoField"
