"""The drawing board: names, codes and letter maps from which the county is built.

Nothing is computed here. The two letter maps are read north row first; a cell is one street
block of roughly 150 by 130 metres. Real: the names and codes of communities, subdistricts and
town. Invented: where they lie, the streets, the compounds and every count.
"""

from typing import NamedTuple

SEED = 302
CRS = "EPSG:4544"
COUNTY = "四川省自贡市自流井区"


class Place(NamedTuple):
    """One community or village.

    Attributes
    ----------
    code : str
        Real 12-digit code.
    name : str
        Real short name.
    town : str
        Subdistrict (街道) or town (镇) it belongs to.
    households : int
        Total wanted in revision 1; 0 leaves it to the buildings.
    """

    code: str
    name: str
    town: str
    households: int = 0


URBAN = {
    "A": Place("510302001002", "高山井社区", "五星街街道"),
    "B": Place("510302001003", "天花井社区", "五星街街道"),
    "C": Place("510302001005", "珍珠寺社区", "五星街街道"),
    "E": Place("510302001006", "黄桷坪社区", "五星街街道"),
    "F": Place("510302001007", "磨子井社区", "五星街街道"),
    "K": Place("510302001008", "新民街社区", "五星街街道", 220),
    "D": Place("510302002001", "钟云山社区", "东兴寺街道"),
    "H": Place("510302002002", "新华路社区", "东兴寺街道"),
    "I": Place("510302002004", "檀木林社区", "东兴寺街道"),
    "J": Place("510302002005", "盐店街社区", "东兴寺街道"),
    "L": Place("510302002008", "三八路社区", "东兴寺街道"),
    "M": Place("510302002012", "解放桥社区", "东兴寺街道", 550),
}

VILLAGES = {
    "NW": Place("510302101201", "全胜村", "仲权镇", 430),
    "N": Place("510302101203", "永胜村", "仲权镇", 310),
    "NE": Place("510302101204", "宏伟村", "仲权镇", 690),
    "SW": Place("510302101205", "百胜村", "仲权镇", 190),
    "SE": Place("510302101207", "银河村", "仲权镇", 260),
    "S": Place("510302101208", "建设村", "仲权镇", 940),
}
EXCLAVE_OWNER = "N"
EXCLAVE_HOST = "NW"
EXCLAVE_HOUSEHOLDS = 40

COMMUNITY_MAP = (
    "AAAABBBBBCCCCC",
    "AAAABBBBBCCCCC",
    "AAAEEBBBFFCCDD",
    "EEEEEFFFFFDDDD",
    "EEEEKKFFFFDDDD",
    # the river runs here
    "HHHHHFFIIJJDJJ",
    "HHHHHIIIIJJJJJ",
    "LLLLHHIIMMMJJJ",
    "LLLLLLIIMMMMJJ",
)
# Revision 2 moves this cell (row, column) to another community.
MOVED_CELL = (7, 5)
MOVED_TO = "I"

# s slab compound, d two small slab compounds, t tower compound, o old quarter, g open ground,
# n open ground that gets a compound in revision 2, q old quarter torn down in revision 2,
# G a giant slab, S school, H hospital, K market, P industrial park, O office tower, Z mall,
# E enterprise, < one block with the cell to the left, ^ with the cell above.
BLOCK_MAP = (
    "sdoSt<sosnstto",
    "gosdZstossstog",
    "oqsoosKoosdooo",
    "oosodsOtsstsoS",
    "ososogstoHsdEo",
    # the river runs here
    "sods<sdotsgoot",
    "tsgoosGsstgtSo",
    "osgSsosdP<otds",
    "sdogooog^^sdgo",
)

ROW_STREETS = (
    ("北环路", "tertiary"),
    ("盐兴街", "residential"),
    ("汇盐大道", "primary"),
    ("檀香街", "residential"),
    ("滨溪路", "tertiary"),
    ("釜溪河", ""),  # the river's centre line, no street
    ("龙吟路", "tertiary"),
    ("南华大道", "primary"),
    ("同善街", "residential"),
    ("铁路", ""),  # the railway, no street
)
COLUMN_STREETS = (
    ("西环路", "tertiary"),
    ("甘棠街", "residential"),
    ("灶房巷", "residential"),
    ("盐马路", "tertiary"),
    ("老井街", "residential"),
    ("沙湾街", "residential"),
    ("书院街", "residential"),
    ("天车大道", "primary"),
    ("凤凰街", "residential"),
    ("桐梓街", "residential"),
    ("马帮街", "residential"),
    ("彩灯路", "tertiary"),
    ("银杏街", "residential"),
    ("槐荫街", "residential"),
    ("东环路", "tertiary"),
)
RIVER_LINE = 5
RAIL_LINE = 9
BRIDGES = (3, 7, 11)  # columns whose street crosses the river
CROSSINGS = (4, 10)  # columns whose street crosses the railway
# Streets that cut cells corner to corner: name and nodes (column line, row line).
DIAGONALS = (
    ("斜井街", ((2, 0), (3, 1), (4, 2))),
    ("驼铃街", ((8, 3), (9, 2), (10, 1))),
)
# A community line through a block, without a street: the upper end of one column edge.
BLIND_EDGE = ((12, 2), (12, 3))

COLUMN_WIDTHS = (150, 138, 162, 146, 158, 140, 152, 160, 144, 150, 136, 164, 148, 152)
ROW_HEIGHTS = (128, 136, 122, 132, 172, 174, 126, 138, 140)
HALF_WIDTH = {"primary": 17.0, "tertiary": 12.5, "residential": 8.5}
RIVER_HALF = 30.0

# Roads that leave the town: village, node they start from, where they head (u, v).
TRUNKS = (
    ("NW", (0, 2), (-1080, 1140)),
    ("N", (7, 0), (1010, 2330)),
    ("NE", (14, 2), (2980, 1120)),
    ("SW", (0, 7), (-1080, 230)),
    ("SE", (14, 7), (3080, 190)),
    ("S", (4, 9), (380, -880)),
    ("S", (10, 9), (1660, -860)),
)
COMPOUND_FIRST = (
    "盐都", "釜溪", "天车", "井泉", "丹枫", "南湖", "锦绣", "翠湖", "龙泉", "灯城", "桂苑", "金井",
)  # fmt: skip
COMPOUND_LAST = ("佳苑", "花园", "家园", "雅居", "华庭", "名城", "小区")
RENAMED = ("百货公司宿舍", "和顺苑")
