from django.apps import AppConfig


class ProductionConfig(AppConfig):
    name = "jingwei.production"
    label = "production"
