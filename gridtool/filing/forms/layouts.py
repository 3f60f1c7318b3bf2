"""What stands on each form, whoever draws it: facts, columns of its table, places for seals.

The columns are those of the city's practice (change forms, code tables) with the names of the data
dictionary; nothing here is a figure. Keys are those of `gridtool.filing.forms.values.form_values`,
and of the tags in an office's own template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from gridtool.filing.manifest import FormKey

Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Fact:
    """A label and the key of its value.

    A wide one takes the whole line; a required one must stand in an office's own template too.
    """

    key: str
    label: str
    wide: bool = False
    required: bool = False


@dataclass(frozen=True)
class Head:
    """A column of a table: key of a row's value, title, share of the width.

    Required ones must stand in an office's own template too, in this order.
    """

    key: str
    title: str
    width: float = 1.0
    align: Align = "left"
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A table: the key of its rows, its columns, and the line over it."""

    rows: str
    columns: tuple[Head, ...]
    title: str = ""


@dataclass(frozen=True)
class Layout:
    """A form.

    Attributes
    ----------
    key : str
        Also the stem of its files.
    title : str
    facts : tuple of Fact
        Label and value, two to a line.
    paragraphs : str
        Key of a list of sentences, empty for none.
    tables : tuple of Table
    seals : tuple of str
        Headings of the places for opinion, seal and date.
    landscape : bool
    warning : str
        Key of a sentence in red below the title, empty for none.
    """

    key: str
    title: str
    facts: tuple[Fact, ...] = ()
    paragraphs: str = ""
    tables: tuple[Table, ...] = ()
    seals: tuple[str, ...] = ()
    landscape: bool = False
    warning: str = ""


_SERIAL: Final = Head("serial", "序号", 0.5, "center")

LETTER: Final = Layout("letter", "报备函", paragraphs="letter", seals=("报备单位",))

FILING_FORM: Final = Layout(
    "filing_form",
    "网格备案表",
    facts=(
        Fact("filing_no", "备案编号", required=True),
        Fact("dated", "报备日期", required=True),
        Fact("office", "报备单位"),
        Fact("county", "县（区）", required=True),
        Fact("kind", "报备类型"),
        Fact("valid_from", "启用日期", required=True),
        Fact("basis", "依据", wide=True),
        Fact("reason", "调整原因", wide=True),
        Fact("towns", "涉及乡镇（街道）", wide=True),
        Fact("communities", "涉及社区（村）", wide=True),
        Fact("grids_before", "调整前网格数", required=True),
        Fact("grids_after", "调整后网格数", required=True),
        Fact("created", "新增网格数"),
        Fact("retired", "撤销网格数"),
        Fact("adjusted", "调整网格数"),
        Fact("untouched", "未变网格数"),
        Fact("households", "涉及户数"),
        Fact("moved_households", "划转户数"),
        Fact("handler", "经办人"),
        Fact("telephone", "联系电话"),
    ),
    tables=(
        Table(
            "groups",
            (
                _SERIAL,
                Head("type", "变更类型", 1.1, "center"),
                Head("old_codes", "原网格", 1.9, required=True),
                Head("new_codes", "新网格", 1.9, required=True),
                Head("households", "涉及户数", 0.9, "right", required=True),
                Head("moved_households", "划转户数", 0.9, "right", required=True),
                Head("description", "说明", 3.2),
            ),
            "变更事项",
        ),
    ),
    seals=("报备单位意见", "市级备案意见"),
)

DETAILS: Final = Layout(
    "details",
    "网格调整明细表",
    facts=(Fact("filing_no", "备案编号", required=True), Fact("county", "县（区）", required=True)),
    tables=(
        Table(
            "details",
            (
                _SERIAL,
                Head("type", "变更类型", 1.0, "center"),
                Head("town", "乡镇（街道）", 1.2),
                Head("community", "社区（村）", 1.4),
                Head("grid_code", "网格编码", 1.8, required=True),
                Head("grid_name", "网格名称", 1.2),
                Head("grid_kind", "网格类型", 1.1, "center"),
                Head("households_before", "户数（前）", 0.8, "right", required=True),
                Head("households_after", "户数（后）", 0.8, "right", required=True),
                Head("persons_before", "人口（前）", 0.8, "right"),
                Head("persons_after", "人口（后）", 0.8, "right"),
                Head("size_rule", "规模依据", 1.2, "center"),
                Head("prev_codes", "原网格编码", 1.8),
                Head("reason", "调整原因", 2.2),
            ),
        ),
    ),
    landscape=True,
)

CODE_TABLE: Final = Layout(
    "code_table",
    "新旧编码对照表",
    facts=(Fact("filing_no", "备案编号", required=True), Fact("county", "县（区）", required=True)),
    tables=(
        Table(
            "code_rows",
            (
                _SERIAL,
                Head("old_code", "原网格编码", 1.7, required=True),
                Head("old_name", "原网格名称", 1.5),
                Head("new_code", "新网格编码", 1.7, required=True),
                Head("new_name", "新网格名称", 1.5),
                Head("buildings", "楼栋数", 0.7, "right"),
                Head("households", "户数", 0.7, "right", required=True),
                Head("persons", "人口", 0.7, "right"),
                Head("share_old", "占原网格", 0.8, "right"),
                Head("share_new", "占新网格", 0.8, "right"),
                Head("keeps_code", "沿用编码", 0.8, "center"),
                Head("type", "变更类型", 1.0, "center"),
            ),
        ),
    ),
    landscape=True,
)

CHECK_REPORT: Final = Layout(
    "check_report",
    "校核报告",
    facts=(
        Fact("filing_no", "备案编号", required=True),
        Fact("county", "县（区）", required=True),
        Fact("base", "基础版本", wide=True),
        Fact("result_root", "结果校验值", wide=True, required=True),
        Fact("snapshot", "楼栋快照", wide=True),
        Fact("untouched_proof", "未变网格", wide=True),
        Fact("policy", "编码规则", wide=True),
        Fact("crs", "坐标系"),
        Fact("tolerances", "容差"),
    ),
    tables=(
        Table(
            "invariants",
            (
                Head("id", "编号", 0.6, "center"),
                Head("rule", "校核内容", 3.0),
                Head("result", "结果", 0.8, "center", required=True),
                Head("value", "实测", 2.2),
                Head("exemption", "例外理由", 1.8),
            ),
            "校核结果",
        ),
        Table(
            "types",
            (Head("type", "变更类型", 2.0), Head("count", "组数", 1.0, "right")),
            "变更统计",
        ),
    ),
)

_REASONS: Final = (
    _SERIAL,
    Head("code", "编号", 0.8, "center"),
    Head("where", "位置", 1.6),
    Head("message", "说明", 3.4),
    Head("mend", "处理办法", 2.6),
)
RECEIPT: Final = Layout(
    "receipt",
    "网格备案回执",
    facts=(
        Fact("decision", "结论"),
        Fact("number", "回执编号"),
        Fact("filing_no", "备案编号"),
        Fact("kind", "报备类型"),
        Fact("office", "报备单位"),
        Fact("county", "县（区）"),
        Fact("valid_from", "启用日期"),
        Fact("applied_rev", "入库版次"),
        Fact("groups", "变更组", wide=True),
        Fact("signers", "签名", wide=True),
        Fact("buildings", "楼栋依据", wide=True),
        Fact("base_root", "基础校验值", wide=True),
        Fact("result_root", "结果校验值", wide=True),
        Fact("package_id", "报备包编号", wide=True),
        Fact("hash", "回执校验值", wide=True),
    ),
    tables=(Table("reasons", _REASONS, "理由"), Table("remarks", _REASONS, "备注")),
    seals=("市级网格化服务管理工作机构",),
    warning="warning",
)
"""What the city office answers; not part of a package."""

LAYOUTS: Final[dict[FormKey, Layout]] = {
    "letter": LETTER,
    "filing_form": FILING_FORM,
    "details": DETAILS,
    "code_table": CODE_TABLE,
    "check_report": CHECK_REPORT,
}
"""The forms of a package."""
