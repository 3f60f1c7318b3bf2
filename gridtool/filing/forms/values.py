"""Every value a form may show, from the manifest and its tables; text as it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from gridtool.filing.manifest import Manifest

KINDS_ZH: Final[dict[str, str]] = {
    "initial": "网格划分",
    "adjustment": "网格调整",
    "code_change": "编码变更",
    "correction": "更正",
    "withdrawal": "撤回",
}
LAW: Final = "《自贡市城乡社会治理网格化服务管理办法》（自贡市人民政府令第75号）第七条"

_INVARIANTS_ZH: Final = {
    "I1": "调整前后的网格均无缝、不重叠",
    "I2": "总范围不变（新设、撤销除外）",
    "I3": "每栋楼在两侧各属且仅属一个网格",
    "I4": "各变更组的户数、人口、楼栋前后相等",
    "I5": "各变更组的面积前后相符",
    "I6": "变更组以外的网格逐字节不变",
    "I7": "对应关系的合计与网格合计一致",
    "I8": "编码不重用；撤销、新设均有去向或来源",
    "I9": "由基础版本重算得到同一结果，并可逆",
    "I10": "规模符合第八条，一网格一社区（村）",
}
_GRID_KINDS_ZH: Final = {"base": "基础网格", "dedicated": "专属网格"}
_SIZE_RULES_ZH: Final = {
    "in_range": "300–500户",
    "about_1000": "1000人左右",
    "village": "行政村",
    "dedicated": "专属网格",
    "exception": "例外",
}
_LISTED: Final = 6


@dataclass(frozen=True)
class Change:
    """What a package files, as its forms need it.

    Attributes
    ----------
    manifest : Manifest
        Its list of files is not used: forms are made before it.
    groups, relations, grids : DataFrame
        Tables GROUPS, RELATIONS and GRID_CHANGES of `gridtool.columns`.
    """

    manifest: Manifest
    groups: pd.DataFrame
    relations: pd.DataFrame
    grids: pd.DataFrame

    def name_of(self, code: str) -> str:
        """Return the name of an area, its code where there is none."""
        return self.manifest.names.get(code, code)

    @property
    def touched(self) -> pd.DataFrame:
        """Return the rows of grids that are in a change group, by code."""
        inside = self.grids["group_id"].fillna("") != ""
        return self.grids[inside].sort_values("grid_code", kind="stable")

    @property
    def types(self) -> dict[str, str]:
        """Return the Chinese type of each group."""
        return dict(zip(self.groups["group_id"], self.groups["type_zh"], strict=True))

    @property
    def reasons(self) -> dict[str, str]:
        """Return the reason of each group: its own, else the package's."""
        own = self.groups["reason"].fillna("")
        return dict(
            zip(self.groups["group_id"], own.where(own != "", self.manifest.reason), strict=True)
        )


def form_values(change: Change) -> dict[str, Any]:
    """Return the values of all forms by key.

    Parameters
    ----------
    change : Change

    Returns
    -------
    dict
        Text, or lists of rows (mappings of text). The keys of `layouts`, which an office's own
        template may ask for as well: ``{{ filing_no }}``, ``{%tr for row in details %}``.
    """
    facts = _facts(change)
    return {
        **facts,
        **_areas(change),
        **_proofs(change),
        "letter": _letter(change, facts),
        "groups": _numbered(_group_rows(change)),
        "details": _numbered(_detail_rows(change)),
        "code_rows": _numbered(_code_rows(change)),
    }


def _facts(change: Change) -> dict[str, str]:
    """Return the head of the form: who files what, when, and how much of it."""
    told, counts = change.manifest, change.manifest.counts
    status = change.touched
    created = (status["old_households"].isna() & status["new_households"].notna()).sum()
    retired = (status["new_households"].isna() & status["old_households"].notna()).sum()
    basis = f"{LAW}；{told.basis_document}" if told.basis_document else LAW
    return {
        "filing_no": told.filing_no,
        "kind": KINDS_ZH[told.kind],
        "office": told.prepared_by,
        "county": f"{change.name_of(told.county)}（{told.county}）",
        "dated": day_zh(told.dated),
        "valid_from": day_zh(told.valid_from),
        "reason": told.reason,
        "basis": basis,
        "grids_before": str(counts.grids_before),
        "grids_after": str(counts.grids_after),
        "created": str(created),
        "retired": str(retired),
        "adjusted": str(len(status) - created - retired),
        "untouched": str(counts.untouched),
        "households": _count(change.groups["households"].sum()),
        "moved_households": _count(change.groups["moved_households"].sum()),
        # filled in by hand: no person's name or telephone is kept
        "handler": "",
        "telephone": "",
    }


def _areas(change: Change) -> dict[str, str]:
    """Return which towns and communities are concerned."""
    found = {
        str(code)
        for side in ("old_community", "new_community")
        for code in change.touched[side].dropna()
        if code
    }
    return {
        "towns": _listed(change, sorted({code[:9] for code in found})),
        "communities": _listed(change, sorted(found)),
    }


def _listed(change: Change, codes: list[str]) -> str:
    """Return names of areas, the first of them where there are many."""
    names = [change.name_of(code) for code in codes]
    if len(names) <= _LISTED:
        return "、".join(names) or "无"
    return f"{'、'.join(names[:_LISTED])}等{len(names)}个"


def _letter(change: Change, facts: Mapping[str, str]) -> list[str]:
    """Return the paragraphs of the letter to the city office."""
    told = change.manifest
    county = change.name_of(told.county)
    what = "划分" if told.kind == "initial" else facts["kind"].removeprefix("网格")
    touched = change.touched
    towns = {str(code)[:9] for code in touched["new_community"].dropna()}
    places = touched["new_community"].dropna().nunique()
    first = f"根据{LAW}，现将{county}网格{what}情况报请备案（备案编号：{told.filing_no}）。"
    second = (
        f"本次{what}涉及{len(towns)}个乡镇（街道）、{places}个社区（村），"
        f"共{len(change.groups)}项变更。调整前网格{facts['grids_before']}个，"
        f"调整后{facts['grids_after']}个：新增{facts['created']}个、撤销{facts['retired']}个、"
        f"调整{facts['adjusted']}个，其余{facts['untouched']}个未变。"
        f"涉及{facts['households']}户，其中{facts['moved_households']}户变更所属网格。"
        f"原因：{told.reason}"
    )
    return [
        "自贡市网格化服务管理工作机构：",
        first,
        second if second.endswith("。") else f"{second}。",
        f"以上自{facts['valid_from']}起启用。请予备案。",
        "附件：1. 备案表　2. 调整明细表　3. 新旧编码对照表　4. 校核报告　5. 调整前后示意图",
    ]


def _proofs(change: Change) -> dict[str, Any]:
    """Return what the report on checks says."""
    told = change.manifest
    exempt = {one.id: one.reason for one in told.exemptions}
    base = "无（首次划分）"
    if told.base is not None:
        register, rev = told.base.register_id, told.base.rev
        held = f"登记库 {register} 第{rev}版，" if register is not None and rev is not None else ""
        base = f"{held}校验值 {told.base.root}"
    snapshot, tolerances = told.snapshot, told.tolerances
    counts = change.groups["type_zh"].value_counts()
    return {
        "base": base,
        "result_root": told.result_root,
        "snapshot": f"{_count(snapshot.buildings)}栋 {_count(snapshot.households)}户 "
        f"{_count(snapshot.persons)}人，校验值 {snapshot.root}",
        "untouched_proof": f"{told.counts.untouched}个，校验值 {told.counts.untouched_root}",
        "policy": told.code_policy,
        "crs": told.crs,
        "tolerances": f"存储 {tolerances.epsilon_m:g} m，绘制 {tolerances.tau_m:g} m，"
        f"面积 {tolerances.area_m2:g} m²",
        "invariants": [
            {
                "id": one.id,
                "rule": _INVARIANTS_ZH.get(one.id, one.id),
                "result": "通过" if one.passed else "未通过",
                "value": one.value,
                "exemption": exempt.get(one.id, ""),
            }
            for one in told.invariants
        ],
        "types": [
            {"type": str(name), "count": str(count)} for name, count in sorted(counts.items())
        ],
    }


def _group_rows(change: Change) -> Iterable[dict[str, str]]:
    """Yield the groups, those that move most households first."""
    order = ["moved_households", "households", "group_id"]
    groups = change.groups.sort_values(order, ascending=[False, False, True], kind="stable")
    for row in groups.to_dict("records"):
        yield {
            "type": str(row["type_zh"]),
            "old_codes": _lines(row["old_codes"]),
            "new_codes": _lines(row["new_codes"]),
            "households": _count(row["households"]),
            "moved_households": _count(row["moved_households"]),
            "description": _text(row["description_zh"]),
        }


def _detail_rows(change: Change) -> Iterable[dict[str, str]]:
    """Yield the grids of change groups, by code."""
    sources = change.relations.groupby("new_code")["old_code"].agg(list)
    for row in change.touched.to_dict("records"):
        code = str(row["grid_code"])
        community = _text(row["new_community"]) or _text(row["old_community"])
        yield {
            "type": change.types[row["group_id"]],
            "town": change.name_of(community[:9]),
            "community": change.name_of(community),
            "grid_code": code,
            "grid_name": _text(row["new_name"]) or _text(row["old_name"]),
            "grid_kind": _GRID_KINDS_ZH.get(_text(row["new_kind"]) or _text(row["old_kind"]), ""),
            "households_before": _count(row["old_households"]),
            "households_after": _count(row["new_households"]),
            "persons_before": _count(row["old_persons"]),
            "persons_after": _count(row["new_persons"]),
            "size_rule": _SIZE_RULES_ZH.get(_text(row["size_rule"]), ""),
            "prev_codes": "\n".join(sorted({_text(one) for one in sources.get(code, ())} - {""})),
            "reason": change.reasons[row["group_id"]],
        }


def _code_rows(change: Change) -> Iterable[dict[str, str]]:
    """Yield the relations, by old code and new code."""
    old, new = (_names(change.grids, side) for side in ("old_name", "new_name"))
    for row in change.relations.sort_values(["old_code", "new_code"]).to_dict("records"):
        before, after = _text(row["old_code"]), _text(row["new_code"])
        yield {
            "old_code": before or "—",
            "old_name": old.get(before, ""),
            "new_code": after or "—",
            "new_name": new.get(after, ""),
            "buildings": _count(row["buildings"]),
            "households": _count(row["households"]),
            "persons": _count(row["persons"]),
            "share_old": _share(row["share_old_hh"]),
            "share_new": _share(row["share_new_hh"]),
            "keeps_code": "是" if row["keeps_code"] else "否",
            "type": change.types[row["group_id"]],
        }


def _names(grids: pd.DataFrame, side: str) -> dict[str, str]:
    """Return the name of each code on one side."""
    return dict(zip(grids["grid_code"], grids[side].map(_text), strict=True))


def _numbered(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Return rows with a serial number."""
    return [{"serial": str(at), **row} for at, row in enumerate(rows, start=1)]


def _lines(codes: object) -> str:
    """Return codes joined by ``|`` a line each."""
    return _text(codes).replace("|", "\n") or "—"


def _text(value: object) -> str:
    """Return a value as text, a missing one as none."""
    return "" if value is None or value is pd.NA or value != value else str(value)


def _count(value: object) -> str:
    """Return a whole number, — where there is none."""
    return str(int(float(text))) if (text := _text(value)) else "—"


def _share(value: object) -> str:
    """Return a share in percent, — where there is none."""
    return f"{float(text):.1%}" if (text := _text(value)) else "—"


def day_zh(text: str) -> str:
    """Return a date as forms write it."""
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"
