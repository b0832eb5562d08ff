from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "jingwei.server"
    label = "server"

    def ready(self) -> None:
        from jingwei.server import wiring

        wiring.install()
