from django.apps import AppConfig
from django.utils.module_loading import import_string


class ServerConfig(AppConfig):
    name = "anlan.server"
    label = "server"

    def ready(self) -> None:
        # The declarations need loaded models, which exist from here on and not when this module is imported.
        import_string("anlan.server.product.open_house")()
