from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "jingwei.warehouse"
    label = "warehouse"
