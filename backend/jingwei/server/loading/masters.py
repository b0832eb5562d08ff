"""Master data of the source as ours: what each record of an import file holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jingwei.server.loading import units
from jingwei.server.loading.source import Source

Body = dict[str, Any]

FREIGHT = "FREIGHT"
#: Codes of the places goods lie in, come from and go to.
WAREHOUSE, STOCK = "AW", "AW-STOCK"
CATEGORY, PARTS_BOUGHT, PARTS_MADE, CHARGES = "AW", "AW-PARTS", "AW-MADE", "AW-CHARGES"
#: Types of addresses of the source that are for deliveries only.
SHIPPING = "5"


@dataclass(frozen=True)
class Codes:
    """What the records of the source are called by here, and the unit each product is bought in."""

    items: Mapping[str, str]
    bought_in: Mapping[str, str]
    customers: Mapping[str, str]
    suppliers: Mapping[str, str]
    work_centres: Mapping[str, str]


def codes(source: Source) -> Codes:
    """Codes of items, customers, suppliers and work centres by their ids in the source."""
    return Codes(
        bought_in={product: units.table()[unit].code for product, unit in units.purchase_units(source).items()},
        items={r["ProductID"]: r["ProductNumber"] for r in source.rows("Production.Product")},
        customers={r["CustomerID"]: r["AccountNumber"] for r in source.rows("Sales.Customer")},
        suppliers={r["BusinessEntityID"]: r["AccountNumber"] for r in source.rows("Purchasing.Vendor")},
        work_centres=work_centres(source),
    )


def work_centres(source: Source) -> Mapping[str, str]:
    """Codes of the work centres by location of the source: those of its places where an hour costs something. Work
    orders name no others."""
    rows = source.rows("Production.Location")
    return {row["LocationID"]: f"AW-L{row['LocationID']}" for row in rows if Decimal(row["CostRate"]) > 0}


def unit_bodies() -> list[Body]:
    """The units that measure goods."""
    names = ("code", "name_zh", "name_en", "dimension", "scale", "numerator", "denominator")
    return [{name: getattr(unit, name) for name in names} for unit in units.table().values()]


def category_levels(source: Source) -> list[list[Body]]:
    """The category tree, level by level: a file names parents that are there already."""
    tops = {r["ProductCategoryID"]: r["Name"] for r in source.rows("Production.ProductCategory")}
    made = {r["ProductSubcategoryID"] for r in source.rows("Production.Product") if r["MakeFlag"] == "True"}
    root = {"code": CATEGORY, "name_zh": "Adventure Works 物料", "name_en": "Adventure Works"}
    middle = [_category(f"{CATEGORY}-{id}", name, CATEGORY, "merchandise") for id, name in tops.items()]
    parts = [
        {**_category(PARTS_BOUGHT, "Parts bought", CATEGORY, "purchased_part"), "name_zh": "外购件"},
        {**_category(PARTS_MADE, "Parts made", CATEGORY, "semi_finished"), "name_zh": "自制件"},
        {**_category(CHARGES, "Charges", CATEGORY, "freight"), "name_zh": "费用"},
    ]
    leaves = [
        _category(
            f"{CATEGORY}-{row['ProductCategoryID']}-{id}",
            row["Name"],
            f"{CATEGORY}-{row['ProductCategoryID']}",
            "finished_good" if id in made else "merchandise",
        )
        for row in source.rows("Production.ProductSubcategory")
        for id in [row["ProductSubcategoryID"]]
    ]
    return [[root], [*middle, *parts], leaves]


def _category(code: str, name: str, parent: str, accounting_class: str) -> Body:
    return {"code": code, "name_en": name, "parent": parent, "accounting_class": accounting_class}


def item_bodies(source: Source, contents: Mapping[str, int]) -> Iterator[Body]:
    """The products, and the item that carries freight."""
    kept, bought = units.stock_units(source), units.purchase_units(source)
    tops = {r["ProductSubcategoryID"]: r["ProductCategoryID"] for r in source.rows("Production.ProductSubcategory")}
    sold = {r["ProductID"] for r in source.rows("Sales.SalesOrderDetail")}
    for row in source.rows("Production.Product"):
        id, below = row["ProductID"], row["ProductSubcategoryID"]
        is_made = row["MakeFlag"] == "True"
        body: Body = {
            "code": row["ProductNumber"],
            "name_en": row["Name"],
            "specification": _specification(row),
            "category": f"{CATEGORY}-{tops[below]}-{below}" if below else PARTS_MADE if is_made else PARTS_BOUGHT,
            "unit": kept.get(id, units.PIECE),
            "is_purchased": _truth(id in bought),
            "is_sold": _truth(row["FinishedGoodsFlag"] == "True" or id in sold),
            "is_made": _truth(is_made),
        }
        if id in contents:
            body["units"] = [{"unit": bought[id], "numerator": contents[id], "is_purchase_default": "TRUE"}]
        yield body
    yield {
        "code": FREIGHT,
        "name_zh": "运费",
        "name_en": "Freight",
        "category": CHARGES,
        "unit": units.PIECE,
        "is_stocked": "FALSE",
    }


def _truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _specification(row: Mapping[str, str]) -> str:
    size = f"{row['Size']} {row['SizeUnitMeasureCode'].lower()}".strip() if row["Size"] else ""
    weight = f"{row['Weight']} {row['WeightUnitMeasureCode'].lower()}".strip() if row["Weight"] else ""
    return " / ".join(part for part in (row["Color"], size, weight) if part)


@dataclass(frozen=True)
class People:
    """Names, telephone numbers, mail addresses and postal addresses of the source, by business entity."""

    names: Mapping[str, str]
    phones: Mapping[str, str]
    emails: Mapping[str, str]
    addresses: Mapping[str, Sequence[Body]]
    contacts: Mapping[str, Sequence[Body]]


def people(source: Source) -> People:
    """Everything the source knows of how to reach somebody."""
    names = {r["BusinessEntityID"]: _person(r) for r in source.rows("Person.Person")}
    phones = {r["BusinessEntityID"]: r["PhoneNumber"] for r in source.rows("Person.PersonPhone")}
    emails = {r["BusinessEntityID"]: r["EmailAddress"] for r in source.rows("Person.EmailAddress")}
    positions = {r["ContactTypeID"]: r["Name"] for r in source.rows("Person.ContactType")}
    contacts: dict[str, list[Body]] = defaultdict(list)
    for row in source.rows("Person.BusinessEntityContact"):
        person = row["PersonID"]
        contacts[row["BusinessEntityID"]].append(
            {
                "name": names[person],
                "position": positions[row["ContactTypeID"]],
                "phone": phones.get(person, ""),
                "email": emails.get(person, ""),
            }
        )
    return People(names, phones, emails, _addresses(source), contacts)


def _person(row: Mapping[str, str]) -> str:
    parts = (row["FirstName"], row["MiddleName"], row["LastName"], row["Suffix"])
    return " ".join(part for part in parts if part)


def _addresses(source: Source) -> Mapping[str, Sequence[Body]]:
    regions = {r["StateProvinceID"]: r for r in source.rows("Person.StateProvince")}
    places = {r["AddressID"]: r for r in source.rows("Person.Address")}
    found: dict[str, list[Body]] = defaultdict(list)
    for row in source.rows("Person.BusinessEntityAddress"):
        place = places[row["AddressID"]]
        region = regions[place["StateProvinceID"]]
        found[row["BusinessEntityID"]].append(
            {
                "use": "delivery" if row["AddressTypeID"] == SHIPPING else "both",
                "country": region["CountryRegionCode"],
                "region": region["Name"],
                "city": place["City"],
                "street": ", ".join(line for line in (place["AddressLine1"], place["AddressLine2"]) if line),
                "postcode": place["PostalCode"],
            }
        )
    return found


def supplier_bodies(source: Source, known: People) -> Iterator[Body]:
    """The vendors, with the people to talk to."""
    for row in source.rows("Purchasing.Vendor"):
        id = row["BusinessEntityID"]
        contacts = known.contacts.get(id, ())
        yield {
            "code": row["AccountNumber"],
            "name_en": row["Name"],
            "currency": "USD",
            "country": _country(known.addresses.get(id, ())),
            "phone": contacts[0]["phone"] if contacts else "",
            "email": contacts[0]["email"] if contacts else "",
            "addresses": known.addresses.get(id, ()),
            "contacts": contacts,
        }


def customer_bodies(source: Source, known: People) -> Iterator[Body]:
    """Stores and single customers. A store stands under each account number it has; the person who buys for it is its
    contact."""
    stores = {r["BusinessEntityID"]: r["Name"] for r in source.rows("Sales.Store")}
    for row in source.rows("Sales.Customer"):
        person, store = row["PersonID"], row["StoreID"]
        addresses = known.addresses.get(store or person, ())
        body: Body = {
            "code": row["AccountNumber"],
            "name_en": stores[store] if store else known.names[person],
            "kind": "organisation" if store else "person",
            "currency": "USD",
            "country": _country(addresses),
            "phone": known.phones.get(person, ""),
            "email": known.emails.get(person, ""),
            "addresses": addresses,
        }
        if store and person:
            body["contacts"] = [{"name": known.names[person], "phone": body["phone"], "email": body["email"]}]
        yield body


def _country(addresses: Sequence[Body]) -> str:
    return str(addresses[0]["country"]) if addresses else "US"


def department_levels(source: Source) -> list[list[Body]]:
    """The groups of departments, and the departments below them."""
    rows = list(source.rows("HumanResources.Department"))
    groups = {name: f"AW-G{n}" for n, name in enumerate(dict.fromkeys(r["GroupName"] for r in rows), start=1)}
    tops = [{"code": code, "name_en": name} for name, code in groups.items()]
    return [tops, [_department(row, groups[row["GroupName"]]) for row in rows]]


def _department(row: Mapping[str, str], parent: str) -> Body:
    return {"code": f"AW-D{row['DepartmentID']}", "name_en": row["Name"], "parent": parent}


def employee_bodies(source: Source, known: People) -> Iterator[Body]:
    """The employees with the department they work in today. Numbers of identity papers are not read."""
    today = {
        r["BusinessEntityID"]: f"AW-D{r['DepartmentID']}"
        for r in source.rows("HumanResources.EmployeeDepartmentHistory")
        if not r["EndDate"]
    }
    for row in source.rows("HumanResources.Employee"):
        id = row["BusinessEntityID"]
        yield {
            "code": f"AW-E{int(id):03}",
            "name_en": known.names[id],
            "department": today[id],
            "position": row["JobTitle"],
            "hired_on": date.fromisoformat(row["HireDate"][:10]).isoformat(),
            "phone": known.phones.get(id, ""),
            "email": known.emails.get(id, ""),
        }


def place_bodies() -> list[tuple[str, list[Body]]]:
    """A warehouse with one place of the stock, and the places outside it."""
    inside = {"code": STOCK, "name_zh": "主库区", "name_en": "Main stock", "kind": "stock", "warehouse": WAREHOUSE}
    outside = (
        ("SUPPLIERS", "供应商", "Suppliers", "supplier"),
        ("CUSTOMERS", "客户", "Customers", "customer"),
        ("OTHER", "其他出入库", "Other receipts and issues", "other"),
        ("COUNT", "盘点差异", "Count difference", "count"),
        ("PRODUCTION", "生产", "Production", "production"),
        ("SCRAP", "报废", "Scrap", "scrap"),
    )
    places = [{"code": c, "name_zh": zh, "name_en": en, "kind": kind} for c, zh, en, kind in outside]
    return [
        ("masterdata.warehouse", [{"code": WAREHOUSE, "name_zh": "主仓库", "name_en": "Main warehouse"}]),
        ("masterdata.location", [inside, *places]),
    ]
