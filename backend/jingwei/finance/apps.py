from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "jingwei.finance"
    label = "finance"
