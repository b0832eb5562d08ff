from django.apps import AppConfig


class MasterdataConfig(AppConfig):
    name = "jingwei.masterdata"
    label = "masterdata"
