from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "jingwei.platform"
    label = "platform"
