from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "jingwei.books"
    label = "books"
