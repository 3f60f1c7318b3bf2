"""Codes that come as numbers: exactly their digits, or told as lost; never silently wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from builders import CRS, square
from test_codes_cli import refused, run

from gridtool.codes import check_codes, load_scheme, number_grids, prepare_table, read_codes
from gridtool.codes.numbering import Counter
from gridtool.errors import DataError
from gridtool.tables import as_text, is_number, lost_digits

HOME = "510302001002"
CODE15, CODE17 = 510302001002001, 51030200100200111
CODE20, LONG20 = 12345678901234567890, 51030200100200100111
MICRO = load_scheme("grid17_micro")


@pytest.mark.parametrize("number", [0, 7, CODE15, CODE17, 2**53, 2**53 + 1])
@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64", "UInt64", "object"])
def test_integers_become_exactly_their_digits(number: int, dtype: str) -> None:
    column = pd.Series([number, 1], dtype=dtype, index=[5, 3])
    assert as_text(column).to_dict() == {5: str(number), 3: "1"}
    assert is_number(column)
    assert not lost_digits(column).any()


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([CODE20], dtype="uint64"),
        pd.Series([CODE20, None], dtype="UInt64"),
        pd.Series([np.uint64(CODE20)], dtype=object),
        pd.Series([Decimal(CODE20), None], dtype=object),
    ],
)
def test_twenty_digits(column: pd.Series) -> None:
    assert as_text(column)[0] == "12345678901234567890"
    assert as_text(column)[1:].isna().all()
    assert as_text(pd.Series([LONG20, "x"], dtype=object)).tolist() == [str(LONG20), "x"]


def test_missing_ones_do_not_cost_digits() -> None:
    for dtype in ("Int64", "object"):
        column = pd.Series([CODE17, None], dtype=dtype)
        assert as_text(column)[0] == "51030200100200111"
        assert as_text(column).isna().tolist() == [False, True]
    nothing = pd.Series([np.nan, np.nan])
    assert as_text(nothing).fillna("").str.strip().tolist() == ["", ""]
    assert not is_number(pd.Series([np.nan, "x"], dtype=object))
    assert is_number(pd.Series([None, 1, "x"], dtype=object))


def test_floats_are_taken_where_they_are_exact_and_no_further() -> None:
    column = pd.Series([float(CODE15), 2.0**53 - 1, 2.0**53, float(CODE17), 1.5, np.nan])
    for one in (column, column.astype(object)):
        assert lost_digits(one).tolist() == [False, False, True, True, False, False]
        said = as_text(one)
        assert said.tolist()[:2] == ["510302001002001", "9007199254740991"]
        # never a row of digits that could be taken for a code
        assert said.tolist()[2:5] == ["9.00719925474099E+15", "5.10302001002001E+16", "1.5"]
    short = pd.Series([510302.0, 2.0**24, 510302001002.0], dtype="float32")
    assert lost_digits(short).tolist() == [False, True, True]
    assert as_text(short)[0] == "510302"
    assert lost_digits(short.astype("Float32")).tolist() == [False, True, True]


def grids(codes: object, **more: object) -> gpd.GeoDataFrame:
    data = {"grid_code": codes, **more}
    shapes = [square(20.0 * at, 0) for at in range(len(data["grid_code"]))]
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS)


def test_check_tells_which_codes_lost_digits() -> None:
    # both floats are the same number: that is no code that comes twice
    layer = grids([float(CODE17), float(CODE17) + 1, np.nan])
    found = [(item.code, item.row) for item in check_codes(layer, scheme=MICRO)]
    assert found == [("GT306", None), ("GT306", 0), ("GT306", 1), ("GT310", 2)]
    mixed = grids(np.array([CODE17 - 10, f"{HOME}00102"], dtype=object))
    assert [item.code for item in check_codes(mixed, scheme=MICRO)] == ["GT306"]


def test_a_stage_refuses_codes_that_lost_digits() -> None:
    for key in ("grid_code", "community_code"):
        raw = grids(["x", "y"]).assign(**{key: [1.0, float(CODE17)]})
        with pytest.raises(DataError, match=rf"GT306 column {key} holds numbers.* in\[1\]"):
            prepare_table(raw, name="in")


def test_micro_grids_are_counted_in_a_grid_whose_code_is_a_number() -> None:
    for parents in ([CODE15], [float(CODE15)]):
        layer = grids([""], parent_code=parents, grid_kind="base", area_m2=1.0)
        codes = number_grids(layer, scheme=MICRO, take=Counter(MICRO).take)
        assert codes.tolist() == ["51030200100200101"]


def test_a_layer_of_int64(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    pyogrio.write_dataframe(grids([CODE17, CODE15]), path, layer="grids")
    assert as_text(read_codes(path)["grid_code"]).tolist() == [str(CODE17), str(CODE15)]
    result = run("check", path, "--scheme", "grid17_micro")
    assert "! GT306 grids: column grid_code holds numbers" in result.stdout
    # a missing value makes floats of them on the way: then it is told
    some = grids(pd.array([CODE17, None], dtype="Int64"), community_code=HOME)
    pyogrio.write_dataframe(some, path, layer="grids")
    assert "GT306" in run("check", path, "--scheme", "grid17_micro").stdout
    out = tmp_path / "out.gpkg"
    refused(run("assign", path, "-o", out), 14, "GT306", "in.gpkg[0]", "make the column text")
    assert not out.exists()


def test_a_csv_keeps_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"grid_code\n{CODE15}\n{CODE17}\n{LONG20}\n\n", encoding="utf-8")
    assert as_text(read_codes(path)["grid_code"]).tolist()[:3] == [
        *(str(CODE15), str(CODE17), str(LONG20))
    ]


def test_a_spreadsheet_holds_text_as_text_and_numbers_of_15_digits(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "in.xlsx"
    for codes in ([f"{HOME}001", f"{HOME}002"], [f"{HOME}001", f"{HOME}002", None]):
        pd.DataFrame({"grid_code": codes, "n": 1}).to_excel(path, index=False)
        result = run("check", path)
        assert "GT306" not in result.stdout
        assert read_codes(path)["n"].dtype == "int64"
    texts = [str(CODE15), str(CODE17), str(LONG20), "001"]
    pd.DataFrame({"grid_code": texts}).to_excel(path, index=False)
    assert as_text(read_codes(path)["grid_code"]).tolist() == texts
    # a cell holds a double: what is beyond 2**53 cannot be trusted, whole as it may look
    for numbers in ([CODE15, CODE17, LONG20], [CODE15, CODE17, LONG20, None]):
        column = pd.Series(numbers, dtype=object)
        pd.DataFrame({"grid_code": column, "n": 1}).to_excel(path, index=False)
        said = read_codes(path)["grid_code"]
        assert as_text(said)[0] == str(CODE15)
        assert lost_digits(said).tolist()[:3] == [False, True, True]


def test_all_codes_of_a_layer_are_recorded_as_digits(tmp_path: Path) -> None:
    ledger, path = tmp_path / "l", tmp_path / "in.gpkg"
    run("ledger", ledger, "--new", "510302")
    some = grids(pd.array([CODE15, None], dtype="Int64"))
    pyogrio.write_dataframe(some, path, layer="grids")
    assert run("record", ledger, "issue", "--layer", path).stdout == "1 recorded\n"
    lost = grids([float(CODE17), 1.0])
    pyogrio.write_dataframe(lost, path, layer="grids")
    refused(run("record", ledger, "issue", "--layer", path), 14, "GT306", "in.gpkg[0]")
    table = tmp_path / "in.csv"
    table.write_text(f"grid_code,n\n{HOME}002,1\n,2\n", encoding="utf-8")
    assert run("record", ledger, "issue", "--layer", table).stdout == "1 recorded\n"
