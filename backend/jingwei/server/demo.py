"""Plainly invented master data, so that a fresh installation has something to look at."""

from __future__ import annotations

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
