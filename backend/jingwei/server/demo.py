"""Plainly invented master data, so that a fresh installation has something to look at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.starting import start_books
from jingwei.platform.documents.command import Command


def _unit(code: str, zh: str, en: str, dimension: str, scale: int = 0, n: int = 1, d: int = 1) -> dict[str, Any]:
    return {
        "code": code,
        "name_zh": zh,
        "name_en": en,
        "dimension": dimension,
        "scale": scale,
        "numerator": n,
        "denominator": d,
    }


UNITS = [
    _unit("PCS", "个", "Piece", "count"),
    _unit("DOZ", "打", "Dozen", "count", n=12),
    _unit("SET", "套", "Set", "count"),
    _unit("BOX", "箱", "Box", "package"),
    _unit("ROLL", "卷", "Roll", "package"),
    _unit("KG", "千克", "Kilogram", "mass", 3),
    _unit("G", "克", "Gram", "mass", 0, 1, 1000),
    _unit("T", "吨", "Tonne", "mass", 6, 1000),
    _unit("LB", "磅", "Pound", "mass", 4, 45359237, 100000000),
    _unit("M", "米", "Metre", "length", 3),
    _unit("MM", "毫米", "Millimetre", "length", 0, 1, 1000),
    _unit("L", "升", "Litre", "volume", 3),
    _unit("H", "小时", "Hour", "time", 2, 3600),
    _unit("MIN", "分钟", "Minute", "time", 0, 60),
]

CATEGORIES = [
    {"code": "RM", "name_zh": "原材料", "name_en": "Raw materials", "accounting_class": "raw_material"},
    {"code": "SF", "name_zh": "半成品", "name_en": "Semi-finished", "accounting_class": "semi_finished"},
    {"code": "FG", "name_zh": "产成品", "name_en": "Finished products", "accounting_class": "finished_good"},
    {"code": "PK", "name_zh": "包装物", "name_en": "Packaging", "accounting_class": "packing_material"},
    {"code": "SV", "name_zh": "服务", "name_en": "Services", "accounting_class": "service"},
]


def _item(code: str, zh: str, en: str, spec: str, category: str, unit: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name_zh": zh,
        "name_en": en,
        "specification": spec,
        "category": category,
        "unit": unit,
        **more,
    }


def _pack(unit: str, content: int, **more: Any) -> dict[str, Any]:
    return {"unit": unit, "numerator": content, **more}


ITEMS = [
    _item("RM-0001", "铝管", "Aluminium tube", "6061 Ø31.8×2.0", "RM", "M", units=[_pack("BOX", 60)]),
    _item("RM-0002", "不锈钢螺栓", "Stainless bolt", "M5×16 A2", "RM", "PCS", units=[_pack("BOX", 500)]),
    _item("RM-0003", "粉末涂料", "Powder coating", "RAL 9005", "RM", "KG", tracking="lot", shelf_life_days=540),
    _item("RM-0004", "轮胎", "Tyre", "700×28C", "RM", "PCS", units=[_pack("BOX", 25, is_purchase_default=True)]),
    _item("SF-0001", "车架", "Frame", "54 cm", "SF", "PCS", is_purchased=False, is_sold=False, is_made=True),
    _item("SF-0003", "焊接车架", "Welded frame", "54 cm", "SF", "PCS", is_purchased=False, is_sold=False, is_made=True),
    _item("SF-0002", "车轮组", "Wheel set", "700C", "SF", "SET", is_purchased=False, is_made=True),
    _item(
        "FG-0001",
        "城市自行车",
        "City bicycle",
        "54 cm / black",
        "FG",
        "PCS",
        is_purchased=False,
        is_made=True,
        tracking="serial",
    ),
    _item("PK-0001", "纸箱", "Carton", "1450×220×800", "PK", "PCS", is_sold=False),
    _item("SV-0001", "运输", "Freight", "", "SV", "PCS", is_stocked=False),
]


def _party(code: str, zh: str, en: str, city: str, **more: Any) -> dict[str, Any]:
    address = {"region": "", "city": city, "street": "示例路 1 号 / 1 Example Road", "postcode": "000000"}
    return {"code": code, "name_zh": zh, "name_en": en, "addresses": [address], **more}


PARTIES = [
    _party("S-0001", "示例铝材有限公司", "Example Aluminium Ltd", "佛山", is_supplier=True, payment_days=60),
    _party("S-0002", "示例紧固件厂", "Example Fasteners", "宁波", is_supplier=True),
    _party("S-0003", "示例轮胎有限公司", "Example Tyres Ltd", "青岛", is_supplier=True, payment_days=45),
    _party("C-0001", "示例单车行", "Example Bike Shop", "上海", is_customer=True),
    _party("C-0002", "示例运动用品公司", "Example Sports Co", "杭州", is_customer=True, payment_days=15),
    _party("C-0003", "示例贸易公司", "Example Trading", "Hamburg", is_customer=True, is_supplier=True, country="DE"),
]

RECORDS: list[tuple[str, list[dict[str, Any]]]] = [
    ("platform.company", [{"code": "DEMO", "name_zh": "演示自行车有限公司", "name_en": "Demo Bicycles Ltd"}]),
    ("masterdata.unit", UNITS),
    ("masterdata.item-category", CATEGORIES),
    ("masterdata.item", ITEMS),
    ("masterdata.party", PARTIES),
]


def keep_books(command: Command, company_id: int) -> None:
    """The demo company keeps books by 小企业会计准则 from the first of January on."""
    start_books(
        command,
        company_id,
        standard=Standard.SBE,
        taxpayer=Taxpayer.GENERAL,
        starts_on=command.today(company_id).replace(month=1, day=1),
    )


PLACES: list[tuple[str, list[dict[str, Any]]]] = [
    ("masterdata.warehouse", [{"code": "WH1", "name_zh": "主仓库", "name_en": "Main warehouse"}]),
    (
        "masterdata.location",
        [
            {"code": "A-01", "name_zh": "A 区 01", "name_en": "Zone A bin 01", "kind": "stock", "warehouse": "WH1"},
            {"code": "A-02", "name_zh": "A 区 02", "name_en": "Zone A bin 02", "kind": "stock", "warehouse": "WH1"},
            {"code": "OTHER", "name_zh": "其他出入库", "name_en": "Other receipts and issues", "kind": "other"},
            {"code": "SUPPLIERS", "name_zh": "供应商", "name_en": "Suppliers", "kind": "supplier"},
            {"code": "CUSTOMERS", "name_zh": "客户", "name_en": "Customers", "kind": "customer"},
            {"code": "WORKS", "name_zh": "车间", "name_en": "Shop floor", "kind": "production"},
            {"code": "COUNT", "name_zh": "盘点差异", "name_en": "Count difference", "kind": "count"},
        ],
    ),
]


def _moved(on: date, reason: str, *lines: tuple[str, str, str | None, str]) -> dict[str, Any]:
    """Goods in or out at eight in the morning; `lines` are (item, quantity, unit cost or None, lot)."""
    moved_at = datetime(on.year, on.month, on.day, 8, tzinfo=UTC)
    rows = [
        {"item": i, "location": "A-01", "quantity": q, **({"price": p} if p else {}), **({"lot": lot} if lot else {})}
        for i, q, p, lot in lines
    ]
    return {"moved_at": moved_at.isoformat(), "reason": reason, "lines": rows}


def goods(year: int) -> list[tuple[str, list[dict[str, Any]]]]:
    """A little stock and a few movements of January, to be posted in this order."""
    opening = _moved(
        date(year, 1, 1),
        "期初库存 / Opening stock",
        ("RM-0001", "120", "38.50", ""),
        ("RM-0002", "4000", "0.42", ""),
        ("RM-0003", "25.5", "31.20", "P-2401"),
        ("RM-0004", "300", "55.00", ""),
    )
    received = _moved(date(year, 1, 8), "样品入库 / Samples received", ("RM-0004", "50", "61.00", ""))
    issued = _moved(date(year, 1, 15), "研发领用 / Used in development", ("RM-0004", "20", None, ""))
    transfer = {
        "moved_at": datetime(year, 1, 16, 8, tzinfo=UTC).isoformat(),
        "from_location": "A-01",
        "to_location": "A-02",
        "reason": "整理库位 / Tidying up",
        "lines": [{"item": "RM-0002", "quantity": "1000"}],
    }
    return [
        ("warehouse.opening", [opening]),
        ("warehouse.other-in", [received]),
        ("warehouse.other-out", [issued]),
        ("warehouse.transfer", [transfer]),
    ]


def orders(year: int) -> list[dict[str, Any]]:
    """Two orders of January; the goods of the first come in part."""
    tyres = {"item": "RM-0004", "unit": "BOX", "quantity": "8", "price": "1375", "tax_rate": "13"}
    bolts = {"item": "RM-0002", "unit": "BOX", "quantity": "10", "price": "205.5", "tax_rate": "13"}
    return [
        {
            "supplier": "S-0003",
            "ordered_on": date(year, 1, 9).isoformat(),
            "requested_on": date(year, 1, 20).isoformat(),
            "lines": [tyres],
        },
        {"supplier": "S-0002", "ordered_on": date(year, 1, 10).isoformat(), "lines": [bolts]},
    ]


def receipt_of(order: int, supplier: int, year: int) -> dict[str, Any]:
    """Five of the eight boxes of the first order."""
    moved_at = datetime(year, 1, 19, 8, tzinfo=UTC).isoformat()
    lines = [{"order": order, "order_line": 1, "quantity": "5", "location": "A-01"}]
    return {"supplier": supplier, "moved_at": moved_at, "delivery_note": "DN-1001", "lines": lines, "sources": [order]}


def sold(year: int) -> list[dict[str, Any]]:
    """Two orders of customers in January: tyres and their carriage, and bolts for later."""
    tyres = {"item": "RM-0004", "quantity": "80", "price": "89", "tax_rate": "13"}
    carriage = {"item": "SV-0001", "quantity": "1", "price": "260", "tax_rate": "9"}
    bolts = {"item": "RM-0002", "unit": "BOX", "quantity": "4", "price": "340", "tax_rate": "13"}
    return [
        {
            "customer": "C-0001",
            "customer_reference": "EBS-118",
            "ordered_on": date(year, 1, 20).isoformat(),
            "requested_on": date(year, 1, 27).isoformat(),
            "lines": [tyres, carriage],
        },
        {
            "customer": "C-0002",
            "ordered_on": date(year, 1, 22).isoformat(),
            "requested_on": date(year, 2, 20).isoformat(),
            "lines": [bolts],
        },
    ]


def delivery_of(order: int, customer: int, year: int) -> dict[str, Any]:
    """Fifty of the eighty tyres, with the carriage."""
    moved_at = datetime(year, 1, 26, 8, tzinfo=UTC).isoformat()
    lines = [{"order": order, "order_line": n, "quantity": quantity} for n, quantity in ((1, "50"), (2, "1"))]
    return {"customer": customer, "moved_at": moved_at, "waybill": "SF-2201", "lines": lines, "sources": [order]}


def invoice_of(delivery: int, customer: int, year: int) -> dict[str, Any]:
    """All of the delivery."""
    lines = [{"delivery": delivery, "delivery_line": n, "quantity": quantity} for n, quantity in ((1, "50"), (2, "1"))]
    on = date(year, 1, 28).isoformat()
    return {"customer": customer, "invoiced_on": on, "lines": lines, "sources": [delivery]}


def _centre(code: str, zh: str, en: str, labour: str, overhead: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name_zh": zh, "name_en": en, "rate_labour": labour, "rate_overhead": overhead, **more}


def _made_of(item: str, *lines: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    return {"item": item, "revision": "A", "lines": [{"component": c, "quantity": q, **more} for c, q, more in lines]}


def _made_by(item: str, *steps: tuple[int, str, str, str, str, str]) -> dict[str, Any]:
    names = ("sequence", "name_zh", "name_en", "work_centre", "hours_setup", "hours_run")
    return {"item": item, "revision": "A", "operations": [dict(zip(names, step, strict=True)) for step in steps]}


#: How the bicycle is made, over three levels: welded, painted, assembled.
WORK_CENTRES = [
    _centre("WELD", "焊接", "Welding", "38", "22", resources=2, efficiency="90"),
    _centre("PAINT", "涂装", "Painting", "32", "30"),
    _centre("ASSY", "装配", "Assembly", "30", "8", resources=3, working_days="123456"),
]
BILLS = [
    _made_of(
        "FG-0001",
        ("SF-0001", "1", {"operation": 10}),
        ("SF-0002", "1", {"operation": 10}),
        ("RM-0002", "12", {"operation": 10, "is_backflushed": True}),
        ("PK-0001", "1", {"operation": 20}),
    ),
    _made_of("SF-0001", ("SF-0003", "1", {}), ("RM-0003", "180", {"unit": "G", "scrap_rate": "10"})),
    _made_of("SF-0003", ("RM-0001", "4.2", {"scrap_rate": "3"}), ("RM-0002", "4", {"is_backflushed": True})),
    _made_of("SF-0002", ("RM-0004", "2", {})),
]
ROUTINGS = [
    _made_by(
        "FG-0001",
        (10, "总装", "Assembly", "ASSY", "0.5", "0.75"),
        (20, "检验包装", "Inspection and packing", "ASSY", "0", "0.2"),
    ),
    _made_by("SF-0001", (10, "喷涂烘烤", "Spraying and baking", "PAINT", "1", "0.15")),
    _made_by("SF-0003", (10, "下料", "Cutting", "WELD", "0.25", "0.1"), (20, "焊接", "Welding", "WELD", "0.5", "0.6")),
]


def _voucher(on: date, summary: str, *lines: tuple[str, str | None, str | None]) -> dict[str, Any]:
    rows = [{"account": a, **({"debit": d} if d else {}), **({"credit": c} if c else {})} for a, d, c in lines]
    return {"posted_on": on.isoformat(), "summary": summary, "lines": rows}


def vouchers(year: int) -> list[dict[str, Any]]:
    """A few vouchers of January: capital, rent, office supplies, interest; the last stays a draft."""
    return [
        _voucher(
            date(year, 1, 2), "收到投资款 / Capital paid in", ("1002", "500000.00", None), ("3001", None, "500000.00")
        ),
        _voucher(date(year, 1, 5), "提取备用金 / Cash drawn", ("1001", "20000.00", None), ("1002", None, "20000.00")),
        _voucher(
            date(year, 1, 12), "购办公用品 / Office supplies", ("560208", "1280.50", None), ("1001", None, "1280.50")
        ),
        _voucher(
            date(year, 1, 31), "利息收入 / Interest received", ("1002", "312.45", None), ("560301", None, "312.45")
        ),
        _voucher(
            date(year, 2, 3), "购办公用品 / Office supplies", ("560208", "645.00", None), ("1001", None, "645.00")
        ),
    ]
