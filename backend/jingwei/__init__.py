"""Jingwei 经纬: goods and money, woven in one transaction."""

__version__ = "0.1.0"
