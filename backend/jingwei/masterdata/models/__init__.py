"""Units, items, parties, people and places: what every document names."""

from jingwei.masterdata.models.items import (
    NOT_STOCKED,
    AccountingClass,
    Item,
    ItemCategory,
    ItemUnit,
    Tracking,
    ValuationMethod,
)
from jingwei.masterdata.models.parties import AddressUse, Party, PartyAddress, PartyContact, PartyKind
from jingwei.masterdata.models.people import Department, Employee
from jingwei.masterdata.models.places import VALUED, Location, LocationKind, Warehouse
from jingwei.masterdata.models.priced import PricedDocument, PricedLine
from jingwei.masterdata.models.units import Dimension, ExchangeRate, Unit

__all__ = [
    "NOT_STOCKED",
    "VALUED",
    "AccountingClass",
    "AddressUse",
    "Department",
    "Dimension",
    "Employee",
    "ExchangeRate",
    "Item",
    "ItemCategory",
    "ItemUnit",
    "Location",
    "LocationKind",
    "Party",
    "PartyAddress",
    "PartyContact",
    "PartyKind",
    "PricedDocument",
    "PricedLine",
    "Tracking",
    "Unit",
    "ValuationMethod",
    "Warehouse",
]
