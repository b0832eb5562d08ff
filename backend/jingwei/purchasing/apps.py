from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    name = "jingwei.purchasing"
    label = "purchasing"
