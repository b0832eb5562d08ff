"""A company of our own invention in the files of AdventureWorks: small enough to reckon by hand.

Three products: a bell that is bought in cases and sold by the piece, a bicycle that is made and sold, and glue, bought
by the gallon and kept in ounces. Four purchase orders of March, one of each state; two sales orders; two work orders,
one of them with operations and a spoilt piece.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

TABLES = {
    "Production.Product": """
        ProductID ProductNumber Name MakeFlag FinishedGoodsFlag StandardCost Color \
            Size SizeUnitMeasureCode Weight WeightUnitMeasureCode ProductSubcategoryID
        1 BE-1 Bell False True 4.0000 Silver - - 0.10 LB 11
        2 BI-1 Bicycle True True 300.1250 Red 54 CM - - 12
        3 GL-1 Glue False False 0.0000 - - - - - -
    """,
    "Production.ProductCostHistory": """
        ProductID StartDate EndDate StandardCost
        1 2020-01-01 2020-12-31 3.0000
        1 2021-01-01 - 4.0000
        2 2020-01-01 2020-12-31 250.0050
    """,
    "Production.ProductCategory": "ProductCategoryID Name\n1 Accessories\n2 Bikes",
    "Production.ProductSubcategory": "ProductSubcategoryID ProductCategoryID Name\n11 1 Bells\n12 2 Road",
    "Production.BillOfMaterials": """
        ProductAssemblyID ComponentID StartDate EndDate UnitMeasureCode PerAssemblyQty
        - 2 2018-12-01 - EA 1.00
        2 3 2019-01-01 - OZ 2.00
        2 1 2019-01-01 2019-12-31 EA 5.00
        2 1 2020-01-01 - EA 1.00
    """,
    "Production.Location": """
        LocationID Name CostRate Availability
        1 Tool_Crib 0.0000 0.00
        50 Subassembly 12.2500 108.00
    """,
    "Production.WorkOrder": """
        WorkOrderID ProductID OrderQty StockedQty ScrappedQty StartDate EndDate DueDate ScrapReasonID
        1 2 100 100 0 2020-02-01 2020-02-11 2020-02-12 -
        2 2 5 4 1 2020-03-02 2020-03-06 2020-03-05 7
        3 2 2 2 0 2020-03-09 2020-03-12 2020-03-08 -
    """,
    "Production.WorkOrderRouting": """
        WorkOrderID OperationSequence LocationID ActualResourceHrs
        1 1 50 9.0000
        2 4 50 1.5000
        2 1 50 3.0000
    """,
    "Production.ScrapReason": "ScrapReasonID Name\n7 Dented",
    "Purchasing.ProductVendor": "ProductID UnitMeasureCode\n1 CS\n3 GAL",
    "Purchasing.Vendor": "BusinessEntityID AccountNumber Name\n900 BELLS0001 Bells and Whistles",
    "Purchasing.PurchaseOrderHeader": """
        PurchaseOrderID Status VendorID OrderDate ShipDate SubTotal TaxAmt Freight
        1 4 900 2020-03-02 2020-03-04 70.0035 5.6003 1.7501
        2 3 900 2020-03-02 2020-03-05 10.0000 0.8000 0.2500
        3 1 900 2020-03-03 2020-03-06 10.0000 0.8000 0.2500
        4 2 900 2020-03-03 2020-03-06 10.0000 0.8000 0.2500
        5 4 900 2020-05-01 2020-05-02 10.0000 0.8000 0.2500
    """,
    "Purchasing.PurchaseOrderDetail": """
        PurchaseOrderID DueDate OrderQty ProductID UnitPrice LineTotal ReceivedQty RejectedQty StockedQty
        1 2020-03-10 3 1 20.0005 60.0015 3.00 1.00 2.00
        1 2020-03-01 1 3 10.0020 10.0020 1.00 0.00 1.00
        2 2020-03-10 1 3 10.0000 10.0000 1.00 1.00 0.00
        3 2020-03-10 1 3 10.0000 10.0000 1.00 0.00 1.00
        4 2020-03-10 1 3 10.0000 10.0000 0.00 0.00 0.00
        5 2020-05-10 1 3 10.0000 10.0000 1.00 0.00 1.00
    """,
    "Sales.SalesOrderHeader": """
        SalesOrderID SalesOrderNumber OrderDate DueDate ShipDate CustomerID PurchaseOrderNumber SubTotal TaxAmt Freight
        51 SO51 2020-03-02 2020-03-14 2020-03-03 1 PO-77 1000.0050 80.0004 25.0001
        52 SO52 2020-03-03 2020-03-15 2020-03-10 2 - 30.0000 2.4000 0.7500
    """,
    "Sales.SalesOrderDetail": """
        SalesOrderID CarrierTrackingNumber OrderQty ProductID UnitPrice UnitPriceDiscount LineTotal
        51 4911-403C 2 2 499.0000 0.0000 998.000000
        51 4911-403C 1 1 2.0050 0.0000 2.005000
        52 - 12 1 2.5000 0.0000 30.000000
    """,
    "Sales.Customer": """
        CustomerID PersonID StoreID AccountNumber
        1 - 700 AW00000001
        2 501 - AW00000002
    """,
    "Sales.Store": "BusinessEntityID Name\n700 Corner_Shop",
    "Person.Person": """
        BusinessEntityID FirstName MiddleName LastName Suffix
        501 José - Núñez Jr.
        502 Ann B Lee -
        503 Ed - Roe -
    """,
    "Person.PersonPhone": "BusinessEntityID PhoneNumber\n501 555-0101\n502 555-0102",
    "Person.EmailAddress": "BusinessEntityID EmailAddress\n501 josé@example.com\n502 ann@example.com",
    "Person.ContactType": "ContactTypeID Name\n1 Owner",
    "Person.BusinessEntityContact": "BusinessEntityID PersonID ContactTypeID\n900 502 1",
    "Person.StateProvince": "StateProvinceID CountryRegionCode Name\n9 US Oregon",
    "Person.Address": """
        AddressID AddressLine1 AddressLine2 City StateProvinceID PostalCode
        1 1_Main_St - Salem 9 97301
        2 2_Dock_Rd Hall_3 Salem 9 97302
    """,
    "Person.BusinessEntityAddress": """
        BusinessEntityID AddressID AddressTypeID
        700 1 3
        700 2 5
        501 2 2
        900 1 3
    """,
    "HumanResources.Department": "DepartmentID Name GroupName\n1 Sales Selling\n2 Buying Selling",
    "HumanResources.Employee": "BusinessEntityID NationalIDNumber JobTitle HireDate\n503 123456789 Clerk 2019-05-06",
    "HumanResources.EmployeeDepartmentHistory": """
        BusinessEntityID DepartmentID StartDate EndDate
        503 2 2019-05-06 2019-12-31
        503 1 2020-01-01 -
    """,
}
#: Tables that are written gzipped, as the large ones of the source are.
PACKED = {"Sales.SalesOrderHeader", "Production.WorkOrder"}


def write(folder: Path) -> Path:
    """Write the files; in the tables above `-` is an empty cell, `_` a space within one."""
    for table, text in TABLES.items():
        rows = [[_cell(cell) for cell in line.split()] for line in text.strip().splitlines()]
        path = folder / f"{table}.csv"
        if table in PACKED:
            with gzip.open(f"{path}.gz", "wt", encoding="utf-8", newline="") as packed:
                csv.writer(packed).writerows(rows)
        else:
            with path.open("w", encoding="utf-8", newline="") as plain:
                csv.writer(plain).writerows(rows)
    return folder


def _cell(text: str) -> str:
    return "" if text == "-" else text.replace("_", " ")
