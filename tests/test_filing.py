"""From two revisions to a package, and from a package into the register; everything refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
from docx import Document
from filings import COUNTY, CRS, buildings, code, grids, rename, root, split

from gridtool.errors import DataError, GridtoolError, PackageError, SettingsError
from gridtool.filing import (
    AFTER,
    BUILDINGS,
    Exemption,
    Package,
    Receipt,
    SigningKey,
    compare_tables,
    grids_bytes,
    list_files,
    parse_package,
    read_grids,
    read_table,
    table_bytes,
)
from gridtool.filing.forms import FORM_PATHS, MAPS, shipped_template
from gridtool.findings import Finding
from gridtool.pipeline import (
    BaseGrids,
    ChangeSet,
    Header,
    Verdict,
    apply_package,
    form_maker,
    make_package,
    rebase_package,
    receive_package,
    verify_package,
    withdraw_filing,
)
from gridtool.register import (
    FILER,
    Register,
    TrustedKey,
    check_register,
    code_states,
    receipts_of,
    revoke_key,
    trust_key,
)

TODAY = date(2026, 1, 5)
KEY = SigningKey.make("ed25519", "自流井区网格中心")
FIRST = grids(3, 2)
HOMES = buildings(FIRST)
SPLIT = split(FIRST, 0, 7)
WHY = {"I10": "过渡"}


def header(number: int, kind: Any = "adjustment", **more: Any) -> Header:
    made = Header(
        kind=kind,
        filing_no=f"自备〔2026〕{number}号",
        prepared_by="自流井区网格中心",
        reason="居民增多",
        valid_from="2026-02-01",
        dated="2026-01-05",
    )
    return replace(made, **more)


def trusted(register: Register, key: SigningKey = KEY, county: str = COUNTY) -> None:
    days = (date(2025, 1, 1), date(2027, 12, 31))
    public = (key.key_id, key.profile, key.public.hex(), key.owner)
    trust_key(register, TrustedKey(*public, FILER, (county,), *days))


@pytest.fixture(scope="module")
def first() -> Package:
    return make_package(BaseGrids(FIRST[:0]), FIRST, HOMES, header(1, "initial"), keys=[KEY])


@pytest.fixture
def register(tmp_path: Path, first: Package) -> Iterator[Register]:
    with Register.create(tmp_path / "city.gpkg", crs=pyproj.CRS(CRS)) as register:
        trusted(register)
        assert apply_package(first, register, today=TODAY).receipt.applied_rev == 1
        yield register


def base_of(register: Register) -> BaseGrids:
    head = register.head(COUNTY)
    return BaseGrids(register.grids(COUNTY), register.register_id, head.rev)


def adjustment(
    register: Register, new: gpd.GeoDataFrame = SPLIT, number: int = 2, **more: Any
) -> Package:
    told = header(number, **{"exceptions": WHY, **more})
    return make_package(base_of(register), new, HOMES, told, keys=[KEY])


def reasons(verdict: Verdict) -> list[str]:
    return [one.code for one in verdict.receipt.reasons]


# -- making ----------------------------------------------------------------------------------


def test_a_first_filing(first: Package) -> None:
    manifest = first.manifest
    assert (manifest.kind, manifest.county, manifest.base) == ("initial", COUNTY, None)
    assert manifest.counts.groups == {"create": 6}
    assert manifest.result_root == root(FIRST)
    assert sorted(first.files) == [
        *(AFTER, BUILDINGS, "data/codes.csv", "data/grids.csv"),
        *("data/groups.csv", "data/relations.csv"),
    ]
    assert all(one.passed for one in manifest.invariants)
    table = read_table(BUILDINGS, first.files[BUILDINGS])
    assert len(table) == 54
    assert table["households"].sum() == 54 * 40


def test_the_same_input_gives_the_same_bytes(first: Package) -> None:
    shuffled = FIRST.sample(frac=1, random_state=1)
    homes = HOMES.sample(frac=1, random_state=2)
    again = make_package(BaseGrids(FIRST[:0]), shuffled, homes, header(1, "initial"), keys=[KEY])
    assert again.content == first.content


def test_no_name_and_no_address_of_a_building_is_filed(first: Package) -> None:
    homes = HOMES.assign(address="汇东路1号", name="某某")
    made = make_package(BaseGrids(FIRST[:0]), FIRST, homes, header(1, "initial"))
    assert "汇东路".encode() not in made.content
    assert made.files == first.files


def test_an_adjustment_is_of_changed_grids_alone(register: Register) -> None:
    package = adjustment(register)
    manifest = package.manifest
    assert manifest.counts.groups == {"split_off": 1}
    assert (manifest.counts.grids_before, manifest.counts.grids_after) == (6, 7)
    assert manifest.counts.untouched == 5
    assert manifest.base is not None
    assert manifest.base.root == root(FIRST)
    assert manifest.exemptions == (Exemption(id="I10", reason="过渡"),)
    after = read_grids(package.files[AFTER], CRS)
    # a third and two thirds of nine buildings with 40 households each
    assert dict(zip(after["grid_code"], after["households"], strict=True)) == {
        code(1): 240,
        code(7): 120,
    }
    groups = read_table("data/groups.csv", package.files["data/groups.csv"])
    assert groups[["reason", "valid_from"]].to_numpy().tolist() == [["居民增多", "2026-02-01"]]


def test_nothing_changed(register: Register) -> None:
    with pytest.raises(PackageError, match="GT508"):
        adjustment(register, FIRST)


@pytest.mark.parametrize("exceptions", [{}, {"I10": " "}, {"C1": "别的"}])
def test_an_invariant_that_does_not_hold_needs_a_reason(
    register: Register, exceptions: dict[str, str]
) -> None:
    wanted = r"GT509 .*I10 does not hold \(codes 510302001002001, 510302001002007; exceptions 2"
    with pytest.raises(PackageError, match=wanted):
        adjustment(register, exceptions=exceptions)


def test_a_code_kept_without_majority_needs_a_reason(register: Register) -> None:
    small = split(FIRST, 0, 7, share=0.2)
    with pytest.raises(PackageError, match=r"GT509 .*C1 does not hold .codes 510302001002001"):
        adjustment(register, small)
    package = adjustment(register, small, exceptions={**WHY, "C1": "沿用门牌"})
    assert verify_package(package, register, today=TODAY).is_accepted


def test_codes_that_change_places_are_never_filed(register: Register) -> None:
    swapped = FIRST.copy()
    swapped["grid_code"] = [code(2), code(1), *FIRST["grid_code"][2:]]
    everything = dict.fromkeys(("I1", "I2", "I3", "I5", "I10", "C1"), "理由")
    with pytest.raises(PackageError, match=r"GT509 .*SWAP does not hold"):
        adjustment(register, swapped, exceptions=everything)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "other"}, "GT046 .*--kind other"),
        ({"reason": " "}, "GT046 .*--reason"),
        ({"filing_no": ""}, "GT046 .*--filing-no"),
        ({"exceptions": {"I4": "户数不等"}}, "GT046 .*--exception I4: C1, I1, I10"),
        ({"kind": "initial"}, "GT519 .*the county has grids already"),
    ],
)
def test_a_header_that_does_not_fit(register: Register, change: dict[str, Any], error: str) -> None:
    with pytest.raises(SettingsError, match=error):
        adjustment(register, **change)


def test_an_adjustment_needs_a_base() -> None:
    with pytest.raises(SettingsError, match=r"GT519 .*the county has no grids yet"):
        make_package(BaseGrids(FIRST[:0]), FIRST, HOMES, header(1))


def test_grids_without_the_columns_of_a_filing() -> None:
    bare = FIRST.drop(columns=["grid_name", "community_name"])
    with pytest.raises(GridtoolError, match=r"GT518 new lacks .*grid_name, community_name"):
        make_package(BaseGrids(FIRST[:0]), bare, HOMES, header(1, "initial"))


def test_forms_are_drawn_from_the_change_set(register: Register) -> None:
    def draw(changes: ChangeSet, manifest: Any) -> Mapping[str, bytes]:
        return {"forms/form.txt": f"{manifest.filing_no} {changes.types}".encode()}

    package = make_package(
        base_of(register), SPLIT, HOMES, header(2, exceptions=WHY), forms=draw, keys=[KEY]
    )
    assert package.files["forms/form.txt"].decode() == "自备〔2026〕2号 {'split_off': 1}"
    assert set(reasons(verify_package(package, register, today=TODAY))) == {"GT549", "GT550"}

    def check(some: Package, changes: ChangeSet) -> Iterator[Finding]:
        for path, drawn in draw(changes, some.manifest).items():
            if some.files.get(path) != drawn:
                yield Finding("GT549", path, values={"form": path, "what": "-"})

    assert verify_package(package, register, form_check=check, today=TODAY).is_accepted
    edited = {**package.files, "forms/form.txt": b"edited"}
    verdict = verify_package(remade(package, edited), register, form_check=check, today=TODAY)
    assert (verdict.receipt.decision, reasons(verdict)) == ("returned", ["GT549"])


@pytest.fixture(scope="module")
def drawn() -> Package:
    base = BaseGrids(FIRST)
    why = {"header": header(2, exceptions=WHY), "forms": form_maker(HOMES), "keys": [KEY]}
    made = [make_package(base, SPLIT, HOMES, **why) for _ in range(2)]
    assert made[0].content == made[1].content
    return made[0]


def test_forms_and_maps_agree_with_the_data(register: Register, drawn: Package) -> None:
    assert set(drawn.of_role("form")) == set(FORM_PATHS)
    verdict = verify_package(drawn, register, today=TODAY)
    assert verdict.is_accepted
    assert "GT572" not in {one.code for one in verdict.findings}


@pytest.fixture(scope="module")
def other() -> Package:
    """Return a package that says of every form something else than `drawn` does."""
    more = HOMES.assign(households=HOMES["households"] + 1)
    told = header(3, exceptions=dict.fromkeys(("I1", "I2", "I3", "I5", "I10"), "过渡"))
    return make_package(BaseGrids(FIRST), SPLIT, more, told, forms=form_maker(more))


@pytest.mark.parametrize("path", [*FORM_PATHS, MAPS])
def test_a_form_of_another_change_is_refused(
    register: Register, drawn: Package, other: Package, path: str
) -> None:
    files = {**drawn.files, path: other.files[path]}
    verdict = verify_package(remade(drawn, files), register, today=TODAY)
    assert [one.layer for one in verdict.findings if one.code == "GT549"] == [path]
    assert verdict.receipt.decision == "returned"


def test_a_package_without_forms_is_told_so(register: Register) -> None:
    package = make_package(base_of(register), SPLIT, HOMES, header(2, exceptions=WHY), keys=[KEY])
    verdict = verify_package(package, register, today=TODAY)
    assert "GT572" in {one.code for one in verdict.findings}
    assert verdict.is_accepted


def test_an_own_template_that_hides_a_figure_stops_the_work(tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    document = Document(shipped_template("filing_form"))
    document.tables[0]._tbl.getparent().remove(document.tables[0]._tbl)
    document.save(own)
    forms = form_maker(HOMES, templates={"filing_form": own})
    told = header(2, exceptions=WHY)
    with pytest.raises(PackageError, match=r"GT520 .*forms/filing_form\.docx"):
        make_package(BaseGrids(FIRST), SPLIT, HOMES, told, forms=forms)


# -- verifying -------------------------------------------------------------------------------


def remade(package: Package, files: Mapping[str, bytes] | None = None, **more: Any) -> Package:
    """Rewrite a package consistently, as who holds the key could."""
    held = dict(package.files if files is None else files)
    manifest = package.manifest.model_copy(update={"files": list_files(held), **more})
    return parse_package(Package(manifest.identified(), held).signed([KEY]).content)


def edited(package: Package, path: str, change: Callable[[pd.DataFrame], Any]) -> Package:
    table = read_table(path, package.files[path])
    change(table)
    return remade(package, {**package.files, path: table_bytes(path, table)})


def test_an_accepted_package(register: Register) -> None:
    package = parse_package(adjustment(register).content)
    for own in (None, HOMES):
        verdict = verify_package(package, register, buildings=own, today=TODAY)
        receipt = verdict.receipt
        assert (receipt.decision, receipt.decision_zh) == ("accepted", "受理")
        assert [one.owner for one in receipt.signers] == ["自流井区网格中心"]
        told = [one.code for one in receipt.remarks]
        assert told == ["GT564", "GT572", *(["GT563"] if own is None else [])]
    assert register.head(COUNTY).rev == 1


def set_first(column: str, value: Any) -> Callable[[pd.DataFrame], Any]:
    def change(table: pd.DataFrame) -> None:
        table.loc[0, column] = value

    return change


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("data/groups.csv", set_first("moved_households", 1), "moved_households of G"),
        ("data/groups.csv", set_first("type", "merger"), "type of G"),
        ("data/groups.csv", set_first("reason", "别的理由"), "reason of G"),
        ("data/relations.csv", set_first("households", 241), "households of G"),
        ("data/relations.csv", set_first("area_m2", 7000.0), "area_m2 of G"),
        ("data/codes.csv", set_first("outcome", "retired"), "outcome of 5103"),
        ("data/grids.csv", set_first("new_households", 1), "new_households of 5103"),
        (BUILDINGS, set_first("new_code", code(7)), "new_code of b0000"),
        (BUILDINGS, set_first("building_id", "b9999"), "b0000-00 says -, not +"),
    ],
)
def test_a_figure_that_was_changed_is_found(
    register: Register, path: str, change: Callable[[pd.DataFrame], Any], said: str
) -> None:
    forged = edited(adjustment(register), path, change)
    verdict = verify_package(forged, register, buildings=HOMES, today=TODAY)
    assert verdict.receipt.decision == "returned"
    assert "GT548" in reasons(verdict)
    assert any(said in one.message_en for one in verdict.receipt.reasons)


def test_households_that_the_office_counts_otherwise_are_found(register: Register) -> None:
    padded = HOMES.assign(households=HOMES["households"] + 1)
    package = make_package(base_of(register), SPLIT, padded, header(2, exceptions=WHY), keys=[KEY])
    assert verify_package(package, register, today=TODAY).is_accepted
    verdict = verify_package(package, register, buildings=HOMES, today=TODAY)
    assert (verdict.receipt.decision, set(reasons(verdict))) == ("returned", {"GT548"})


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"result_root": "0" * 64}, {"GT548"}),
        ({"exemptions": ()}, {"GT548", "GT554"}),
        ({"invariants": ()}, {"GT548"}),
        ({"kind": "initial"}, {"GT558"}),
        ({"kind": "initial", "base": None}, {"GT558"}),
        ({"crs": "EPSG:4545"}, {"GT544"}),
        ({"county": "510303"}, {"GT546", "GT542", "GT547", "GT558"}),
        ({"filing_no": "自备〔2026〕1号"}, {"GT556"}),
        ({"valid_from": "2026-01-31"}, {"GT557"}),
        ({"kind": "withdrawal"}, {"GT559", "GT555"}),
    ],
)
def test_a_manifest_that_states_what_is_not_so(
    register: Register, change: dict[str, Any], codes: set[str]
) -> None:
    verdict = verify_package(remade(adjustment(register), **change), register, today=TODAY)
    assert set(reasons(verdict)) == codes
    assert not verdict.is_accepted


def test_tolerances_are_those_of_the_office(register: Register) -> None:
    package = adjustment(register)
    wide = package.manifest.tolerances.model_copy(update={"tau_m": 50.0})
    verdict = verify_package(remade(package, tolerances=wide), register, today=TODAY)
    assert reasons(verdict) == ["GT548"]


def test_a_grid_that_hides_in_the_shapes_is_found(register: Register) -> None:
    package = adjustment(register)
    after = read_grids(package.files[AFTER], CRS)
    more = gpd.GeoDataFrame(pd.concat([after, FIRST.iloc[3:4]], ignore_index=True), crs=CRS)
    more.loc[2, "grid_name"] = "偷改"
    forged = remade(package, {**package.files, AFTER: grids_bytes(more)})
    # its tables do not tell that the grid there goes: so its code would be issued twice
    assert reasons(verify_package(forged, register, today=TODAY)) == ["GT555"]


def test_a_grid_of_another_county_is_refused(register: Register) -> None:
    package = adjustment(register)
    after = read_grids(package.files[AFTER], CRS)
    after.loc[1, "grid_code"] = "510303001001001"
    forged = remade(package, {**package.files, AFTER: grids_bytes(after)})
    verdict = verify_package(forged, register, today=TODAY)
    assert "GT547" in reasons(verdict)


def test_a_dead_code_is_refused(register: Register) -> None:
    merged = FIRST.copy()
    merged.loc[0, "geometry"] = FIRST.geometry[0].union(FIRST.geometry[1])
    merged = merged.drop(index=1)
    apply_package(adjustment(register, merged), register, today=TODAY)
    assert code_states(register)[code(2)] == "retired"
    back = adjustment(register, FIRST, 3)
    verdict = verify_package(back, register, today=TODAY)
    assert (verdict.receipt.decision, reasons(verdict)) == ("correction", ["GT555"])


def test_another_office_cannot_file(register: Register) -> None:
    thief = SigningKey.make("ed25519", "自流井区网格中心")
    forged = make_package(base_of(register), SPLIT, HOMES, header(2, exceptions=WHY), keys=[thief])
    assert reasons(verify_package(forged, register, today=TODAY)) == ["GT542"]
    trusted(register, thief, county="510303")
    assert reasons(verify_package(forged, register, today=TODAY)) == ["GT546", "GT542"]
    late = date(2028, 1, 1)
    assert reasons(verify_package(adjustment(register), register, today=late)) == [
        "GT543",
        "GT542",
    ]


def test_a_base_that_was_never_here(register: Register) -> None:
    other = BaseGrids(rename(FIRST, 3, "别名"))
    package = make_package(
        other, rename(other.grids, 0, "甲"), HOMES, header(2, exceptions=WHY), keys=[KEY]
    )
    assert reasons(verify_package(package, register, today=TODAY)) == ["GT552"]


def test_tables_that_are_not_in_the_package(register: Register) -> None:
    package = adjustment(register)
    fewer = {path: data for path, data in package.files.items() if path != "data/codes.csv"}
    with pytest.raises(PackageError, match=r"GT502 .*no data/codes.csv"):
        verify_package(remade(package, fewer), register, today=TODAY)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\r\n", b"\n"),
        lambda text: text + b"\r\n",
        lambda text: text.removeprefix(b"\xef\xbb\xbf"),
        lambda text: text.replace(b"group_id", b"group"),
        lambda text: text.replace(b"240", b"240.0"),
        lambda text: text.replace(b"240", b"nan"),
        lambda text: text.replace(b"240", b"99999999999999999999"),
        lambda text: text.replace(b"true", b"TRUE"),
        lambda text: text + b"a,b\r\n",
        lambda _text: b"",
    ],
)
def test_a_table_has_one_form(register: Register, change: Callable[[bytes], bytes]) -> None:
    path = "data/relations.csv"
    data = adjustment(register).files[path]
    assert change(data) != data
    with pytest.raises(PackageError, match=r"GT502 .*relations.csv"):
        read_table(path, change(data))


@pytest.mark.parametrize("nothing", [None, float("nan"), ""])
def test_what_is_missing_is_the_same_however_a_frame_holds_it(
    first: Package, nothing: object
) -> None:
    path = "data/relations.csv"
    table = read_table(path, first.files[path])
    other = table.assign(old_code=pd.Series([nothing] * len(table), dtype=object))
    assert compare_tables(path, table, other) == []
    assert table_bytes(path, other) == first.files[path]


def test_areas_may_differ_as_machines_reckon_them(register: Register) -> None:
    path = "data/relations.csv"
    table = read_table(path, adjustment(register).files[path])
    near, far = table.copy(), table.copy()
    near.loc[0, "area_m2"] += 0.04
    far.loc[0, "area_m2"] += 0.06
    assert compare_tables(path, near, table.iloc[::-1]) == []
    (found,) = compare_tables(path, far, table)
    assert found.column == "area_m2"


# -- receipts --------------------------------------------------------------------------------


def test_only_known_senders_leave_a_trace(register: Register) -> None:
    package = adjustment(register)
    unsigned = Package(package.manifest, package.files)
    verdict = receive_package(unsigned, register, today=TODAY)
    assert (reasons(verdict), verdict.receipt.number) == (["GT540"], None)
    assert receipts_of(register, package.package_id).empty
    verdict = receive_package(package, register, today=TODAY)
    assert verdict.receipt.number == 2
    (body,) = receipts_of(register, package.package_id)["body"]
    shape = json.loads(body)
    assert shape["decision_zh"] == "受理"
    assert Receipt.model_validate(shape).package_id == package.package_id


def test_unsigned_where_the_register_allows_it(tmp_path: Path) -> None:
    package = make_package(BaseGrids(FIRST[:0]), FIRST, HOMES, header(1, "initial"))
    path = tmp_path / "free.gpkg"
    with Register.create(path, crs=pyproj.CRS(CRS), allow_unsigned=True) as register:
        verdict = apply_package(package, register, today=TODAY)
    assert [one.code for one in verdict.receipt.remarks] == ["GT561", "GT572", "GT563"]
    assert verdict.receipt.applied_rev == 1


def test_two_must_sign_where_the_register_says_so(tmp_path: Path, first: Package) -> None:
    other = SigningKey.make("sm2-sm3", "自贡市自流井区政法委")
    with Register.create(tmp_path / "two.gpkg", crs=pyproj.CRS(CRS), signers=2) as register:
        trusted(register)
        trusted(register, other)
        assert reasons(verify_package(first, register, today=TODAY)) == ["GT542"]
        both = apply_package(first.signed([other]), register, today=TODAY)
        assert len(both.receipt.signers) == 2
        assert register.revisions()["signers"][0].count("|") == 1


# -- applying --------------------------------------------------------------------------------


def test_apply_and_replay(register: Register) -> None:
    package = adjustment(register)
    assert apply_package(package, register, today=TODAY).receipt.applied_rev == 2
    again = apply_package(package, register, today=TODAY)
    assert again.receipt.applied_rev == 2
    assert [one.code for one in again.receipt.remarks] == ["GT560"]
    assert root(register.grids(COUNTY)) == package.manifest.result_root
    assert check_register(register) == []


def test_what_is_not_accepted_is_not_applied(register: Register) -> None:
    late = remade(adjustment(register), valid_from="2026-01-31")
    with pytest.raises(PackageError, match=r"GT510 .*correction, because GT557") as caught:
        apply_package(late, register, today=TODAY)
    assert "结论为补正：GT557" in caught.value.text("zh")
    assert register.head(COUNTY).rev == 1
    assert receipts_of(register, late.package_id)["decision"].tolist() == ["correction"]
    assert check_register(register) == []


def test_a_key_that_is_revoked_meanwhile_does_not_count(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gridtool.pipeline.filing_receiving as receiving

    package = adjustment(register)
    true = receiving.verify_package

    def then_revoked(*args: Any, **more: Any) -> Verdict:
        verdict = true(*args, **more)
        if verdict.is_accepted:
            revoke_key(register, KEY.key_id)
        return verdict

    monkeypatch.setattr(receiving, "verify_package", then_revoked)
    with pytest.raises(PackageError, match=r"GT510 .*GT543"):
        apply_package(package, register, today=TODAY)
    assert register.head(COUNTY).rev == 1


# -- withdrawing and rebasing ----------------------------------------------------------------


def test_a_withdrawal_before_the_day(register: Register) -> None:
    apply_package(adjustment(register), register, today=TODAY)
    # another filing elsewhere does not stand in its way
    other = rename(register.grids(COUNTY), 4, "新名")
    apply_package(adjustment(register, other, 3), register, today=TODAY)
    back = withdraw_filing(register, "自备〔2026〕2号", header(4), keys=[KEY], today=TODAY)
    assert (back.manifest.kind, back.manifest.valid_from) == ("withdrawal", "2026-02-01")
    verdict = apply_package(parse_package(back.content), register, today=TODAY)
    assert verdict.receipt.applied_rev == 4
    assert root(register.grids(COUNTY)) == root(rename(FIRST, 4, "新名"))
    assert code_states(register)[code(7)] == "void"
    assert check_register(register) == []


def test_the_withdrawal_of_a_first_filing_leaves_nothing(register: Register) -> None:
    back = withdraw_filing(register, "1", header(2), keys=[KEY], today=TODAY)
    assert apply_package(back, register, today=TODAY).receipt.applied_rev == 2
    assert register.grids(COUNTY).empty
    assert set(code_states(register).values()) == {"void"}
    assert check_register(register) == []


def test_what_cannot_be_withdrawn(register: Register) -> None:
    with pytest.raises(DataError, match="GT513"):
        withdraw_filing(register, "99号", header(3), today=TODAY)
    with pytest.raises(PackageError, match=r"GT516 .*it is in force"):
        withdraw_filing(register, "1", header(3), today=date(2026, 2, 1))
    apply_package(adjustment(register), register, today=TODAY)
    early = withdraw_filing(register, "2", header(3), keys=[KEY], today=TODAY)
    verdict = verify_package(early, register, today=date(2026, 2, 1))
    assert reasons(verdict) == ["GT559"]
    again = rename(register.grids(COUNTY), 0, "又改")
    apply_package(adjustment(register, again, 4, exceptions=WHY), register, today=TODAY)
    with pytest.raises(PackageError, match=r"GT516 .*other filings changed it since"):
        withdraw_filing(register, "2", header(5), today=TODAY)
    stale = verify_package(early, register, today=TODAY)
    assert {"GT553", "GT559"} <= set(reasons(stale))


def test_a_withdrawal_is_not_withdrawn(register: Register) -> None:
    apply_package(adjustment(register), register, today=TODAY)
    back = withdraw_filing(register, "2", header(3), keys=[KEY], today=TODAY)
    apply_package(back, register, today=TODAY)
    with pytest.raises(PackageError, match=r"GT516 .*a withdrawal itself"):
        withdraw_filing(register, "3", header(4), today=TODAY)


def test_disjoint_changes_are_rebased_to_a_new_package(register: Register) -> None:
    mine = adjustment(register)
    theirs = adjustment(register, rename(FIRST, 4, "新名"), 3)
    apply_package(theirs, register, today=TODAY)
    verdict = verify_package(mine, register, today=TODAY)
    assert (verdict.receipt.decision, reasons(verdict)) == ("correction", ["GT553"])
    rebased = rebase_package(mine, register)
    assert rebased.conflicts == ()
    assert rebased.package is not None
    made = rebased.package
    assert made.signatures == ()
    assert made.manifest.supersedes == (mine.package_id,)
    assert made.manifest.base is not None
    assert made.manifest.base.rev == 2
    assert made.files[AFTER] == mine.files[AFTER]
    assert apply_package(made.signed([KEY]), register, today=TODAY).receipt.applied_rev == 3
    assert check_register(register) == []


def test_a_change_of_the_same_grid_is_a_conflict(register: Register) -> None:
    mine = adjustment(register)
    theirs = adjustment(register, rename(FIRST, 0, "新名"), 3)
    apply_package(theirs, register, today=TODAY)
    rebased = rebase_package(mine, register)
    assert rebased.package is None
    (conflict,) = rebased.conflicts
    said = conflict.record()["message_en"]
    assert said == f"code {code(1)} was changed by revision 2 (自备〔2026〕3号)"


def test_the_same_outcome_is_no_conflict(register: Register) -> None:
    mine, theirs = adjustment(register), adjustment(register, SPLIT, 3)
    apply_package(theirs, register, today=TODAY)
    with pytest.raises(PackageError, match="GT508"):
        rebase_package(mine, register)


def test_there_is_no_need_to_rebase(register: Register, first: Package) -> None:
    for package in (adjustment(register), first):
        with pytest.raises(PackageError, match=r"GT517 .*starts from the newest grids"):
            rebase_package(package, register)


# -- several counties ------------------------------------------------------------------------


def test_a_signature_too_many_does_no_harm(register: Register) -> None:
    stranger, other = SigningKey.make("ed25519", "丙"), SigningKey.make("ed25519", "丁")
    trusted(register, other, county="510303")
    package = adjustment(register).signed([stranger, other])
    verdict = verify_package(package, register, today=TODAY)
    assert verdict.is_accepted
    assert [one.code for one in verdict.receipt.remarks].count("GT562") == 2


def test_each_county_files_its_own(register: Register) -> None:
    ground = grids(2, 2, community="510303001001", origin=(430_000.0, 3_240_000.0))
    package = make_package(
        BaseGrids(ground[:0]), ground, buildings(ground), header(9, "initial"), keys=[KEY]
    )
    assert reasons(verify_package(package, register, today=TODAY)) == ["GT546", "GT542"]
    key = SigningKey.make("ed25519", "贡井区网格中心")
    trusted(register, key, county="510303")
    assert apply_package(package.signed([key]), register, today=TODAY).receipt.applied_rev == 2
    assert len(register.grids()) == 10
    assert apply_package(adjustment(register), register, today=TODAY).receipt.applied_rev == 3
    assert check_register(register) == []
