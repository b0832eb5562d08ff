from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "jingwei.sales"
    label = "sales"
