from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "jingwei.stock"
    label = "stock"
