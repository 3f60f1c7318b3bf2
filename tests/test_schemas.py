"""The JSON Schemas agree with the data dictionary, the rules and what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from pydantic import TypeAdapter
from test_report import grids, make_summary  # noqa: F401

from gridtool import columns, rules
from gridtool.cli.config import Config
from gridtool.export import SCHEMA_LAYERS, layer_schema
from gridtool.filing import manifest_schema, receipt_schema
from gridtool.filing.keys import key_schema
from gridtool.read.inspect import LayerReport

SCHEMAS = Path(__file__).parents[1] / "schemas"


def load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SCHEMA_LAYERS)
def test_the_file_is_what_the_dictionary_makes(name):
    schema = load(SCHEMAS / "layers" / f"{name}.schema.json")
    assert schema == layer_schema(name), "run: python schemas/make.py"
    Draft202012Validator.check_schema(schema)


def test_there_is_a_file_for_each_layer_and_no_other():
    found = {path.name for path in (SCHEMAS / "layers").iterdir()}
    assert found == {f"{name}.schema.json" for name in SCHEMA_LAYERS}
    layers = [columns.INPUT_LAYERS, columns.OUTPUT_LAYERS, columns.DIFF_TABLES]
    assert list(SCHEMA_LAYERS.values()) == [one for some in layers for one in some.values()]


def test_a_row_is_judged():
    check = Draft202012Validator(layer_schema("units"))
    row = {
        "unit_id": "u", "grid_code": "g", "community_code": "c", "households": 1, "persons": 2,
        "buildings": 1, "compound_id": None, "site_id": None,
    }  # fmt: skip
    check.validate(row)
    for wrong in ({"households": -1}, {"households": "1"}, {"grid_code": None}, {"more": 1}):
        with pytest.raises(ValidationError):
            check.validate({**row, **wrong})


def test_inputs_take_chinese_kinds_and_further_columns():
    check = Draft202012Validator(layer_schema("communities"))
    check.validate({"code": "510302001001", "name": "汇东社区", "kind": "社区", "more": 1})
    check.validate({"code": "510302001001", "name": "汇东社区"})
    with pytest.raises(ValidationError, match="town"):
        check.validate({"code": "510302001001", "name": "汇东社区", "kind": "town"})


def test_the_summary_follows_its_schema(grids):  # noqa: F811
    schema = load(SCHEMAS / "summary.schema.json")
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    summary = json.loads(json.dumps(make_summary(grids)))
    check.validate(summary)
    with pytest.raises(ValidationError, match="more"):
        check.validate({**summary, "more": 1})


def test_the_summary_schema_knows_the_terms_of_the_rules():
    schema = load(SCHEMAS / "summary.schema.json")
    totals = schema["properties"]["totals"]["properties"]
    assert tuple(totals["grid_kind"]["propertyNames"]["enum"]) == rules.GRID_KINDS
    assert tuple(totals["size_rule"]["propertyNames"]["enum"]) == rules.SIZE_RULES
    assert tuple(schema["$defs"]["reason"]["enum"]) == rules.SIZE_REASONS


def test_the_config_file_is_what_the_model_makes():
    schema = load(SCHEMAS / "config.schema.json")
    made = Config.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:gridtool:config"}
    assert schema == {**head, **made}, "run: python schemas/make.py"
    Draft202012Validator.check_schema(schema)


def test_the_config_schema_judges():
    check = Draft202012Validator(load(SCHEMAS / "config.schema.json"))
    check.validate({})
    check.validate({"seed": 3, "size": {"max": 450}, "map": {"buildings.households": "ZHS"}})
    for wrong in ({"seeds": 3}, {"size": {"max": 0}}, {"map": {"buildings": {"households": 1}}}):
        with pytest.raises(ValidationError):
            check.validate(wrong)


def test_the_look_into_files_is_what_its_schema_says():
    schema = load(SCHEMAS / "inspect.schema.json")
    made = TypeAdapter(list[LayerReport]).json_schema()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:gridtool:inspect",
    }
    assert schema == {**head, **made}, "run: python schemas/make.py"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("name", "made"),
    [("manifest", manifest_schema), ("receipt", receipt_schema), ("key", key_schema)],
)
def test_the_files_of_filings_are_what_their_schemas_say(name, made):
    schema = load(SCHEMAS / f"{name}.schema.json")
    assert schema == made(), "run: python schemas/make.py"
    Draft202012Validator.check_schema(schema)
