from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "anlan.kernel.web"
    label = "web"
