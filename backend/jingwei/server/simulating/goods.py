"""What the demo company buys, makes and sells: a bicycle maker of our own invention. Quantities of bills are for one
piece; costs and prices are yuan without tax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

D = Decimal


@dataclass(frozen=True, slots=True)
class Bought:
    """An item that is bought: from which supplier, at what cost, in packs of how many, how many days it takes."""

    code: str
    name_zh: str
    name_en: str
    category: str
    unit: str
    cost: Decimal
    supplier: int
    pack: int = 1
    days: int = 10


@dataclass(frozen=True, slots=True)
class Made:
    """An item that is made: its bill (component → quantity), its operations (work centre, hours of set-up, hours a
    piece), pieces of a lot, days from release to completion."""

    code: str
    name_zh: str
    name_en: str
    category: str
    bill: Mapping[str, str]
    operations: tuple[tuple[str, str, str], ...]
    lot: int
    days: int
    unit: str = "PCS"


@dataclass(frozen=True, slots=True)
class Sold:
    """An item that is sold: its price, and pieces a working day in an average season."""

    code: str
    price: Decimal
    daily: Decimal


def _part(number: int, zh: str, en: str, cost: str, supplier: int, **more: int) -> Bought:
    return Bought(f"PP-{number:04}", zh, en, "PP", "PCS", D(cost), supplier, **more)


def _other(code: str, zh: str, en: str, unit: str, cost: str, supplier: int, **more: int) -> Bought:
    return Bought(code, zh, en, code[:2], unit, D(cost), supplier, **more)


BOUGHT: tuple[Bought, ...] = (
    _other("RM-0001", "铝管", "Aluminium tube", "M", "38.50", 1, pack=60, days=14),
    _other("RM-0005", "钢管", "Steel tube", "M", "16.20", 1, pack=60, days=14),
    _other("RM-0003", "粉末涂料", "Powder coating", "KG", "31.20", 2, pack=20),
    _other("RM-0006", "粉末涂料（红）", "Powder coating, red", "KG", "33.80", 2, pack=20),
    _other("RM-0007", "粉末涂料（绿）", "Powder coating, green", "KG", "33.80", 2, pack=20),
    _other("RM-0008", "焊丝", "Welding wire", "KG", "42.00", 3, pack=15, days=7),
    _other("RM-0009", "润滑脂", "Grease", "KG", "28.00", 3, pack=5, days=7),
    _other("RM-0004", "轮胎", "Tyre", "PCS", "55.00", 4, pack=25),
    _part(2, "轮胎 20 寸", "Tyre 20 in", "38.00", 4, pack=25),
    _part(3, "内胎 28 寸", "Inner tube 28 in", "12.50", 4, pack=50),
    _part(4, "内胎 20 寸", "Inner tube 20 in", "10.50", 4, pack=50),
    _part(5, "轮圈 28 寸", "Rim 28 in", "46.00", 5, pack=20, days=12),
    _part(6, "轮圈 20 寸", "Rim 20 in", "34.00", 5, pack=20, days=12),
    _part(7, "前花鼓", "Front hub", "42.00", 6, pack=20, days=15),
    _part(8, "后花鼓", "Rear hub", "68.00", 6, pack=20, days=15),
    _part(9, "辐条", "Spoke", "0.45", 5, pack=1000),
    _part(10, "前叉", "Fork", "96.00", 7, pack=10, days=18),
    _part(11, "碗组", "Headset", "24.00", 7, pack=20),
    _part(12, "车把", "Handlebar", "38.00", 8, pack=20),
    _part(13, "把立", "Stem", "26.00", 8, pack=20),
    _part(14, "把套（副）", "Grips, pair", "9.80", 9, pack=50, days=7),
    _part(15, "刹车（副）", "Brakes, pair", "64.00", 10, pack=20, days=15),
    _part(16, "刹车线", "Brake cable", "6.40", 10, pack=100),
    _part(17, "牙盘", "Crankset", "88.00", 11, pack=10, days=18),
    _part(18, "中轴", "Bottom bracket", "32.00", 11, pack=20),
    _part(19, "链条", "Chain", "28.00", 12, pack=25),
    _part(20, "飞轮", "Cassette", "54.00", 12, pack=20),
    _part(21, "后拨", "Rear derailleur", "76.00", 13, pack=10, days=20),
    _part(22, "变速手柄", "Shifter", "48.00", 13, pack=20, days=20),
    _part(23, "脚踏（副）", "Pedals, pair", "22.00", 14, pack=25, days=7),
    _part(24, "座管", "Seat post", "24.00", 8, pack=20),
    _part(25, "座垫", "Saddle", "46.00", 15, pack=20),
    _part(26, "挡泥板（套）", "Mudguards, set", "21.00", 16, pack=20, days=7),
    _part(27, "车灯（套）", "Lights, set", "35.00", 17, pack=20),
    _part(28, "车铃", "Bell", "4.20", 9, pack=50, days=7),
    _other("RM-0002", "不锈钢螺栓", "Stainless bolt", "PCS", "0.42", 18, pack=500, days=5),
    _part(30, "脚撑", "Kickstand", "15.00", 16, pack=20, days=7),
    _other("PK-0001", "纸箱（大）", "Carton, large", "PCS", "18.00", 19, pack=50, days=5),
    _other("PK-0002", "纸箱（小）", "Carton, small", "PCS", "12.00", 19, pack=50, days=5),
    _other("PK-0003", "护角泡棉", "Corner foam", "PCS", "1.60", 19, pack=200, days=5),
    _other("PK-0004", "标签", "Label", "PCS", "0.30", 19, pack=500, days=5),
    _other("MD-0001", "头盔", "Helmet", "PCS", "86.00", 20, pack=10),
    _other("MD-0002", "车锁", "Lock", "PCS", "45.00", 20, pack=20),
    _other("MD-0003", "打气筒", "Pump", "PCS", "38.00", 20, pack=20),
    _other("MD-0004", "水壶", "Bottle", "PCS", "16.00", 20, pack=50),
    _other("MD-0005", "儿童座椅", "Child seat", "PCS", "168.00", 17, pack=5, days=18),
    _other("MD-0006", "车篮", "Basket", "PCS", "52.00", 16, pack=10),
)


def _wheel(size: int, hub: str, spokes: int) -> dict[str, str]:
    large = size == 28
    return {
        "RM-0004" if large else "PP-0002": "1",
        "PP-0003" if large else "PP-0004": "1",
        "PP-0005" if large else "PP-0006": "1",
        hub: "1",
        "PP-0009": str(spokes),
    }


def _bicycle(frame: str, wheels: tuple[str, str], *, geared: bool, carton: str) -> dict[str, str]:
    parts = {frame: "1", wheels[0]: "1", wheels[1]: "1", "SF-0032": "1", "PP-0010": "1", "PP-0011": "1"}
    parts |= {"PP-0023": "1", "PP-0024": "1", "PP-0025": "1", "PP-0028": "1", "RM-0002": "12", "PP-0030": "1"}
    parts |= {"SF-0031": "1", "PP-0026": "1", "PP-0027": "1"} if geared else {"PP-0018": "1", "PP-0019": "1"}
    return parts | {"RM-0009": "0.05", carton: "1", "PK-0003": "4", "PK-0004": "1"}


WELD = (("WC-WELD", "0.5", "0.4"),)
PAINT = (("WC-PAINT", "1", "0.15"),)
WHEEL = (("WC-WHEEL", "0.25", "0.2"),)
FIT = (("WC-FIT", "0.25", "0.12"),)
ASSEMBLE = (("WC-ASSY", "0.5", "0.6"), ("WC-CHECK", "0", "0.1"))

MADE: tuple[Made, ...] = (
    Made("SF-0001", "城市车架（焊接）", "City frame, welded", "SF", {"RM-0001": "3.2", "RM-0008": "0.12"}, WELD, 40, 3),
    Made(
        "SF-0002", "旅行车架（焊接）", "Touring frame, welded", "SF", {"RM-0001": "3.4", "RM-0008": "0.12"}, WELD, 25, 3
    ),
    Made("SF-0003", "童车车架（焊接）", "Kids frame, welded", "SF", {"RM-0005": "2.4", "RM-0008": "0.1"}, WELD, 25, 3),
    Made("SF-0011", "城市车架（黑）", "City frame, black", "SF", {"SF-0001": "1", "RM-0003": "0.18"}, PAINT, 30, 2),
    Made("SF-0012", "城市车架（红）", "City frame, red", "SF", {"SF-0001": "1", "RM-0006": "0.18"}, PAINT, 20, 2),
    Made("SF-0013", "旅行车架（绿）", "Touring frame, green", "SF", {"SF-0002": "1", "RM-0007": "0.19"}, PAINT, 25, 2),
    Made("SF-0014", "童车车架（红）", "Kids frame, red", "SF", {"SF-0003": "1", "RM-0006": "0.12"}, PAINT, 25, 2),
    Made("SF-0021", "前轮 28 寸", "Front wheel 28 in", "SF", _wheel(28, "PP-0007", 36), WHEEL, 60, 2),
    Made("SF-0022", "后轮 28 寸", "Rear wheel 28 in", "SF", _wheel(28, "PP-0008", 36), WHEEL, 60, 2),
    Made("SF-0023", "前轮 20 寸", "Front wheel 20 in", "SF", _wheel(20, "PP-0007", 28), WHEEL, 30, 2),
    Made("SF-0024", "后轮 20 寸", "Rear wheel 20 in", "SF", _wheel(20, "PP-0008", 28), WHEEL, 30, 2),
    Made(
        "SF-0031",
        "传动套件",
        "Drive train",
        "SF",
        {"PP-0017": "1", "PP-0018": "1", "PP-0019": "1", "PP-0020": "1", "PP-0021": "1", "PP-0022": "1"},
        FIT,
        50,
        1,
    ),
    Made(
        "SF-0032",
        "车把组件",
        "Handlebar assembly",
        "SF",
        {"PP-0012": "1", "PP-0013": "1", "PP-0014": "1", "PP-0015": "1", "PP-0016": "2"},
        FIT,
        60,
        1,
    ),
    Made(
        "FG-0001",
        "城市自行车",
        "City bicycle",
        "FG",
        _bicycle("SF-0011", ("SF-0021", "SF-0022"), geared=True, carton="PK-0001"),
        ASSEMBLE,
        25,
        3,
    ),
    Made(
        "FG-0002",
        "城市自行车（红）",
        "City bicycle, red",
        "FG",
        _bicycle("SF-0012", ("SF-0021", "SF-0022"), geared=True, carton="PK-0001"),
        ASSEMBLE,
        15,
        3,
    ),
    Made(
        "FG-0003",
        "旅行自行车（绿）",
        "Touring bicycle, green",
        "FG",
        _bicycle("SF-0013", ("SF-0021", "SF-0022"), geared=True, carton="PK-0001"),
        ASSEMBLE,
        15,
        3,
    ),
    Made(
        "FG-0004",
        "儿童自行车（红）",
        "Kids bicycle, red",
        "FG",
        _bicycle("SF-0014", ("SF-0023", "SF-0024"), geared=False, carton="PK-0002"),
        ASSEMBLE,
        20,
        2,
    ),
)

SOLD: tuple[Sold, ...] = (
    Sold("FG-0001", D("2180"), D("5")),
    Sold("FG-0002", D("2180"), D("3")),
    Sold("FG-0003", D("2680"), D("2.5")),
    Sold("FG-0004", D("1280"), D("3.5")),
    Sold("MD-0001", D("149"), D("6")),
    Sold("MD-0002", D("89"), D("8")),
    Sold("MD-0003", D("69"), D("5")),
    Sold("MD-0004", D("35"), D("10")),
    Sold("MD-0005", D("299"), D("1.5")),
    Sold("MD-0006", D("99"), D("3")),
)

#: How demand goes with the month, January first: people buy bicycles in spring and late summer.
SEASON = ("0.55", "0.65", "1.10", "1.35", "1.40", "1.20", "1.05", "1.10", "1.15", "0.90", "0.70", "0.60")


@cache
def daily_use() -> dict[str, Decimal]:
    """What is used or sold of each item on an average working day: what is sold, through all levels of the bills."""
    use: dict[str, Decimal] = defaultdict(Decimal)
    for sold in SOLD:
        use[sold.code] += sold.daily
    for made in reversed(MADE):  # components stand before what is made of them
        for component, quantity in made.bill.items():
            use[component] += use[made.code] * Decimal(quantity)
    return dict(use)


@cache
def rolled_cost() -> dict[str, Decimal]:
    """What an item costs in material: as bought, or the sum over its bill."""
    cost = {item.code: item.cost for item in BOUGHT}
    for made in MADE:
        cost[made.code] = sum((cost[c] * Decimal(q) for c, q in made.bill.items()), Decimal(0))
    return cost
