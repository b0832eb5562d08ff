"""Master data of the demo company: plainly invented, in both languages, as people would type it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jingwei.server.simulating.goods import BOUGHT, MADE, SOLD

Body = dict[str, Any]

#: Code of the company, and the seed of its life, when nothing else is said.
CODE, SEED = "DEMO", 1
COMPANY: Body = {"code": CODE, "name_zh": "演示自行车有限公司", "name_en": "Demo Bicycles Ltd"}
#: Where everything lies, and where goods are made.
STOCK = "A-01"
FREIGHT = "SV-0001"


def _unit(code: str, zh: str, en: str, dimension: str, scale: int = 0, n: int = 1, d: int = 1) -> Body:
    names = {"code": code, "name_zh": zh, "name_en": en}
    return {**names, "dimension": dimension, "scale": scale, "numerator": n, "denominator": d}


UNITS: list[Body] = [
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

CATEGORIES: list[Body] = [
    {"code": "RM", "name_zh": "原材料", "name_en": "Raw materials", "accounting_class": "raw_material"},
    {"code": "PP", "name_zh": "外购件", "name_en": "Purchased parts", "accounting_class": "purchased_part"},
    {"code": "SF", "name_zh": "半成品", "name_en": "Semi-finished", "accounting_class": "semi_finished"},
    {"code": "FG", "name_zh": "产成品", "name_en": "Finished products", "accounting_class": "finished_good"},
    {"code": "MD", "name_zh": "商品", "name_en": "Merchandise", "accounting_class": "merchandise"},
    {"code": "PK", "name_zh": "包装物", "name_en": "Packaging", "accounting_class": "packing_material"},
    {"code": "SV", "name_zh": "服务", "name_en": "Services", "accounting_class": "service"},
]


def items() -> list[Body]:
    """Everything bought, made or sold."""
    sold = {s.code for s in SOLD}
    bodies: list[Body] = []
    for b in BOUGHT:
        body = {"code": b.code, "name_zh": b.name_zh, "name_en": b.name_en, "category": b.category, "unit": b.unit}
        pack = {"unit": "BOX", "numerator": b.pack, "is_purchase_default": True}
        bodies.append({**body, "is_sold": b.code in sold, **({"units": [pack]} if b.pack > 1 else {})})
    for m in MADE:
        body = {"code": m.code, "name_zh": m.name_zh, "name_en": m.name_en, "category": m.category, "unit": m.unit}
        bodies.append({**body, "is_purchased": False, "is_made": True, "is_sold": m.code in sold})
    service = {"code": FREIGHT, "name_zh": "运输", "name_en": "Freight", "category": "SV", "unit": "PCS"}
    return [*bodies, {**service, "is_stocked": False}]


def _party(code: str, zh: str, en: str, city: str, **more: Any) -> Body:
    address = {"region": "", "city": city, "street": "示例路 1 号 / 1 Example Road", "postcode": "000000"}
    return {"code": code, "name_zh": zh, "name_en": en, "addresses": [address], **more}


#: What suppliers make, and where: the number is that of `goods.Bought.supplier`.
_SUPPLIERS = (
    ("铝材", "Aluminium", "佛山"),
    ("涂料", "Coatings", "常州"),
    ("焊材", "Welding", "天津"),
    ("轮胎", "Tyres", "青岛"),
    ("轮圈", "Rims", "昆山"),
    ("花鼓", "Hubs", "太仓"),
    ("前叉", "Forks", "深圳"),
    ("车把", "Handlebars", "天津"),
    ("塑料件", "Plastics", "余姚"),
    ("刹车", "Brakes", "苏州"),
    ("牙盘", "Cranks", "宁波"),
    ("链条", "Chains", "杭州"),
    ("变速器", "Gears", "昆山"),
    ("脚踏", "Pedals", "广州"),
    ("座垫", "Saddles", "天津"),
    ("金属件", "Metalware", "永康"),
    ("车灯", "Lights", "中山"),
    ("紧固件", "Fasteners", "宁波"),
    ("包装", "Packaging", "嘉兴"),
    ("骑行用品", "Cycling goods", "义乌"),
)

_CITIES = (
    ("上海", "Shanghai"),
    ("杭州", "Hangzhou"),
    ("南京", "Nanjing"),
    ("苏州", "Suzhou"),
    ("北京", "Beijing"),
    ("成都", "Chengdu"),
    ("广州", "Guangzhou"),
    ("武汉", "Wuhan"),
)
_SHOPS = (
    ("单车行", "Bike Shop"),
    ("运动用品", "Sports"),
    ("骑行俱乐部", "Cycling Club"),
    ("贸易", "Trading"),
    ("租车", "Rental"),
)


def suppliers() -> list[Body]:
    """Twenty suppliers, with 30 to 60 days to pay."""
    return [
        _party(f"S-{n:04}", f"示例{zh}厂", f"Example {en}", city, is_supplier=True, payment_days=30 + 15 * (n % 3))
        for n, (zh, en, city) in enumerate(_SUPPLIERS, start=1)
    ]


def customers() -> list[Body]:
    """Forty customers: five kinds of shop in eight cities, with 15 to 45 days to pay."""
    pairs = [(shop, city) for shop in _SHOPS for city in _CITIES]
    return [
        _party(
            f"C-{n:04}",
            f"示例{shop[0]}（{city[0]}）",
            f"Example {shop[1]} {city[1]}",
            city[0],
            is_customer=True,
            payment_days=15 + 15 * (n % 3),
        )
        for n, (shop, city) in enumerate(pairs, start=1)
    ]


def credit_limits() -> list[Body]:
    """What ten of the customers may owe at most."""
    return [{"customer": f"C-{n:04}", "credit_limit": "400000"} for n in range(11, 21)]


DEPARTMENTS: list[Body] = [
    {"code": "GM", "name_zh": "总经办", "name_en": "Management"},
    {"code": "BUY", "name_zh": "采购部", "name_en": "Purchasing"},
    {"code": "SALES", "name_zh": "销售部", "name_en": "Sales"},
    {"code": "STORE", "name_zh": "仓储部", "name_en": "Warehouse"},
    {"code": "SHOP", "name_zh": "生产部", "name_en": "Workshop"},
    {"code": "FIN", "name_zh": "财务部", "name_en": "Finance"},
]

#: (department, post, how many)
_POSTS = (
    ("GM", "总经理", "General manager", 1),
    ("BUY", "采购员", "Buyer", 2),
    ("SALES", "销售员", "Sales clerk", 2),
    ("STORE", "仓管员", "Warehouse keeper", 2),
    ("SHOP", "车间主管", "Shop-floor lead", 1),
    ("SHOP", "装配工", "Fitter", 4),
    ("FIN", "会计", "Accountant", 1),
    ("FIN", "出纳", "Cashier", 1),
    ("FIN", "财务总监", "Controller", 1),
)


def employees(hired_on: str) -> list[Body]:
    """Fifteen employees, named after their posts."""
    bodies: list[Body] = []
    for department, zh, en, count in _POSTS:
        for n in range(1, count + 1):
            code = f"E-{len(bodies) + 1:03}"
            names = {"code": code, "name_zh": f"演示{zh}{n}", "name_en": f"Demo {en.lower()} {n}"}
            bodies.append({**names, "department": department, "position": f"{zh} / {en}", "hired_on": hired_on})
    return bodies


def _centre(code: str, zh: str, en: str, resources: int, labour: str, overhead: str) -> Body:
    names = {"code": code, "name_zh": zh, "name_en": en, "department": "SHOP"}
    capacity = {"hours_per_day": "8", "resources": resources}
    return {**names, **capacity, "rate_labour": labour, "rate_overhead": overhead}


WORK_CENTRES: list[Body] = [
    _centre("WC-WELD", "焊接", "Welding", 2, "75", "60"),
    _centre("WC-PAINT", "喷涂", "Painting", 1, "65", "80"),
    _centre("WC-WHEEL", "轮组", "Wheels", 1, "65", "35"),
    _centre("WC-FIT", "部装", "Fitting", 1, "65", "30"),
    _centre("WC-ASSY", "总装", "Assembly", 2, "70", "40"),
    _centre("WC-CHECK", "检验", "Inspection", 1, "70", "25"),
]

#: Components that are counted out to the floor; all others are taken off the shelf with what is completed.
ISSUED = frozenset({"RM-0001", "RM-0005", "PP-0010"}) | {f"SF-00{n}" for n in (11, 12, 13, 14)}


def boms(first: str) -> list[Body]:
    """A bill for everything that is made, valid from the first day."""
    return [
        {
            "item": made.code,
            "revision": "A",
            "quantity": "1",
            "valid_from": first,
            "lines": [
                {"component": code, "quantity": quantity, "is_backflushed": code not in ISSUED}
                for code, quantity in made.bill.items()
            ],
        }
        for made in MADE
    ]


def routings(first: str) -> list[Body]:
    """The operations of everything that is made."""
    names = {c["code"]: (c["name_zh"], c["name_en"]) for c in WORK_CENTRES}
    return [
        {
            "item": made.code,
            "revision": "A",
            "valid_from": first,
            "operations": [
                {
                    "sequence": 10 * n,
                    "name_zh": names[centre][0],
                    "name_en": names[centre][1],
                    "work_centre": centre,
                    "hours_setup": setup,
                    "hours_run": run,
                }
                for n, (centre, setup, run) in enumerate(made.operations, start=1)
            ],
        }
        for made in MADE
    ]


def _place(code: str, zh: str, en: str, kind: str, **more: str) -> Body:
    return {"code": code, "name_zh": zh, "name_en": en, "kind": kind, **more}


PLACES: Sequence[tuple[str, list[Body]]] = (
    ("masterdata.warehouse", [{"code": "WH1", "name_zh": "主仓库", "name_en": "Main warehouse"}]),
    (
        "masterdata.location",
        [
            _place(STOCK, "A 区 01", "Zone A bin 01", "stock", warehouse="WH1"),
            _place("A-02", "A 区 02", "Zone A bin 02", "stock", warehouse="WH1"),
            _place("OTHER", "其他出入库", "Other receipts and issues", "other"),
            _place("SUPPLIERS", "供应商", "Suppliers", "supplier"),
            _place("CUSTOMERS", "客户", "Customers", "customer"),
            _place("SHOPFLOOR", "车间", "Shop floor", "production"),
            _place("SCRAP", "报废", "Scrap", "scrap"),
            _place("COUNT", "盘点差异", "Count difference", "count"),
        ],
    ),
)
