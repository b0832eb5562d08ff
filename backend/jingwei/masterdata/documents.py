"""The declarations of master data. Customers and suppliers are views on one party."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata import items, parties, people, places, rates, units
from jingwei.masterdata.models import (
    Department,
    Employee,
    ExchangeRate,
    Item,
    ItemCategory,
    ItemUnit,
    Location,
    Party,
    PartyAddress,
    PartyContact,
    Unit,
    Warehouse,
)
from jingwei.platform import masters
from jingwei.platform.documents.declare import Document, Lines, Section, Series

STEWARD = _("Data steward")

UNIT = masters.master(
    key="masterdata.unit",
    path="masterdata/units",
    model=Unit,
    label=_("Unit"),
    plural=_("Units"),
    help=_("Units of measure with their exact factors. Quantities convert without remainder."),
    steward=STEWARD,
    sections=(
        Section(key="main", label=_("Unit"), fields=("code", "name_zh", "name_en", "dimension", "scale")),
        Section(key="factor", label=_("Conversion"), fields=("numerator", "denominator")),
    ),
    columns=("code", "name_zh", "name_en", "dimension", "scale", "numerator", "denominator", "state"),
    filters=("state", "dimension"),
    sortable=("code", "name_sort", "dimension"),
    check=units.check,
)

ITEM_CATEGORY = masters.master(
    key="masterdata.item-category",
    path="masterdata/item-categories",
    model=ItemCategory,
    label=_("Item category"),
    plural=_("Item categories"),
    help=_("A tree that sorts items and decides which accounts they post to."),
    steward=STEWARD,
    sections=(
        Section(key="main", label=_("Category"), fields=("code", "name_zh", "name_en", "parent", "accounting_class")),
        Section(key="valuation", label=_("Valuation"), fields=("valuation_method",)),
    ),
    columns=("code", "name_zh", "name_en", "parent", "accounting_class", "state"),
    filters=("state", "parent", "accounting_class"),
    check=items.check_category,
)

ITEM = masters.master(
    key="masterdata.item",
    path="masterdata/items",
    model=Item,
    label=_("Item"),
    plural=_("Items"),
    help=_("Materials, products and services: whatever is bought, made, kept or sold."),
    steward=STEWARD,
    series=Series(pattern="M{seq:06}", field="code"),
    sections=(
        Section(
            key="main",
            label=_("Item"),
            fields=("code", "name_zh", "name_en", "specification", "category", "unit", "gtin"),
        ),
        Section(
            key="use",
            label=_("Use"),
            fields=("is_stocked", "is_purchased", "is_sold", "is_made", "tracking", "shelf_life_days"),
        ),
    ),
    lines=(
        Lines(
            name="units",
            model=ItemUnit,
            parent="item",
            label=_("Other units"),
            help=_("Units in which the item is also bought or sold, with their exact content."),
            fields=("unit", "numerator", "denominator", "is_purchase_default", "is_sales_default"),
        ),
    ),
    columns=("code", "name_zh", "name_en", "specification", "category", "unit", "tracking", "state"),
    filters=("state", "category", "unit", "tracking", "is_stocked", "is_purchased", "is_sold", "is_made"),
    search=("specification", "gtin"),
    sortable=("code", "name_sort", "specification"),
    check=items.check,
)

PARTY = masters.master(
    key="masterdata.party",
    path="masterdata/parties",
    model=Party,
    label=_("Party"),
    plural=_("Parties"),
    help=_("Customers and suppliers, one record each, whichever roles they have."),
    steward=STEWARD,
    series=Series(pattern="P{seq:06}", field="code"),
    sections=(
        Section(
            key="main",
            label=_("Party"),
            fields=("code", "name_zh", "name_en", "kind", "is_customer", "is_supplier", "country", "tax_number"),
        ),
        Section(key="terms", label=_("Terms and contact"), fields=("currency", "payment_days", "phone", "email")),
    ),
    lines=(
        Lines(
            name="addresses",
            model=PartyAddress,
            parent="party",
            label=_("Addresses"),
            help=_("Where invoices and goods go; the first that fits is proposed."),
            fields=("use", "country", "region", "city", "street", "postcode"),
        ),
        Lines(
            name="contacts",
            model=PartyContact,
            parent="party",
            label=_("Contacts"),
            help=_("People to talk to."),
            fields=("name", "position", "phone", "email"),
        ),
    ),
    columns=("code", "name_zh", "name_en", "is_customer", "is_supplier", "tax_number", "phone", "state"),
    filters=("state", "is_customer", "is_supplier", "kind", "country", "currency"),
    search=("tax_number", "phone", "email", "contacts.name"),
    prepare=parties.prepare,
    check=parties.check,
)

CUSTOMER = replace(
    PARTY,
    key="masterdata.customer",
    path="masterdata/customers",
    label=_("Customer"),
    plural=_("Customers"),
    help=_("Parties that buy from the company."),
    where={"is_customer": True},
    columns=("code", "name_zh", "name_en", "tax_number", "payment_days", "phone", "state"),
    filters=("state", "kind", "country", "currency", "is_supplier"),
)

SUPPLIER = replace(
    PARTY,
    key="masterdata.supplier",
    path="masterdata/suppliers",
    label=_("Supplier"),
    plural=_("Suppliers"),
    help=_("Parties that the company buys from."),
    where={"is_supplier": True},
    columns=("code", "name_zh", "name_en", "tax_number", "payment_days", "phone", "state"),
    filters=("state", "kind", "country", "currency", "is_customer"),
)

EXCHANGE_RATE = Document(
    key="masterdata.exchange-rate",
    path="masterdata/exchange-rates",
    model=ExchangeRate,
    label=_("Exchange rate"),
    plural=_("Exchange rates"),
    help=_("Rates by day. A document in another currency takes the rate of its date."),
    steward=_("Accountant"),
    number="source",
    title=("source", "source"),
    called=("from_currency", "to_currency", "valid_from"),
    date="valid_from",
    sort="-valid_from",
    import_key="",
    sections=(
        Section(key="main", label=_("Rate"), fields=("from_currency", "to_currency", "valid_from", "rate", "source")),
    ),
    columns=("from_currency", "to_currency", "valid_from", "rate", "source", "state"),
    filters=("state", "from_currency", "to_currency", "valid_from"),
    states=masters.STATES,
    editable_in=masters.ALWAYS,
    deletable_in=masters.ALWAYS,
    actions=masters.ACTIONS,
    check=rates.check,
    warn=rates.warn,
)

WAREHOUSE = masters.master(
    key="masterdata.warehouse",
    path="masterdata/warehouses",
    model=Warehouse,
    label=_("Warehouse"),
    plural=_("Warehouses"),
    help=_("Places of storage with an address of their own."),
    steward=STEWARD,
    sections=(Section(key="main", label=_("Warehouse"), fields=("code", "name_zh", "name_en")),),
    columns=("code", "name_zh", "name_en", "state"),
    filters=("state",),
    check=places.check_warehouse,
)

LOCATION = masters.master(
    key="masterdata.location",
    path="masterdata/locations",
    model=Location,
    label=_("Location"),
    plural=_("Locations"),
    help=_("Bins and zones of warehouses, and the places outside the stock that goods come from or go to."),
    steward=STEWARD,
    sections=(
        Section(
            key="main",
            label=_("Location"),
            fields=("code", "name_zh", "name_en", "kind", "warehouse", "parent"),
        ),
    ),
    columns=("code", "name_zh", "name_en", "kind", "warehouse", "parent", "state"),
    filters=("state", "kind", "warehouse", "parent"),
    check=places.check_location,
)

DEPARTMENT = masters.master(
    key="masterdata.department",
    path="masterdata/departments",
    model=Department,
    label=_("Department"),
    plural=_("Departments"),
    help=_("Parts of the group that people work in, as a tree."),
    steward=STEWARD,
    sections=(Section(key="main", label=_("Department"), fields=("code", "name_zh", "name_en", "parent")),),
    columns=("code", "name_zh", "name_en", "parent", "state"),
    filters=("state", "parent"),
    check=people.check_department,
)

EMPLOYEE = masters.master(
    key="masterdata.employee",
    path="masterdata/employees",
    model=Employee,
    label=_("Employee"),
    plural=_("Employees"),
    help=_("People who work for the companies of the group, with their department and position."),
    steward=STEWARD,
    series=Series(pattern="E{seq:05}", field="code"),
    sections=(
        Section(
            key="main",
            label=_("Employee"),
            fields=("code", "name_zh", "name_en", "department", "position", "hired_on", "phone", "email"),
        ),
    ),
    columns=("code", "name_zh", "name_en", "department", "position", "hired_on", "phone", "state"),
    filters=("state", "department", "hired_on"),
    search=("position", "phone", "email"),
    sortable=("code", "name_sort", "hired_on"),
    check=people.check_employee,
)

DOCUMENTS = (
    ITEM,
    ITEM_CATEGORY,
    UNIT,
    PARTY,
    CUSTOMER,
    SUPPLIER,
    EMPLOYEE,
    DEPARTMENT,
    WAREHOUSE,
    LOCATION,
    EXCHANGE_RATE,
)
