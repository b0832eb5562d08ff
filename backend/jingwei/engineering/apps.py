from django.apps import AppConfig


class EngineeringConfig(AppConfig):
    name = "jingwei.engineering"
    label = "engineering"
