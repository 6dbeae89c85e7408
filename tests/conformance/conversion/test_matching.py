"""Which JSON key fills which column or member: reference 4.2 and 4.4."""

from __future__ import annotations

from tests.conformance.conversion.tables import convert, hive, openx, schema_of


def test_4_4_unknown_keys_are_dropped_and_missing_keys_and_nulls_are_null() -> None:
    converted = convert(schema_of(a="int", b="string"), {"a": 1, "z": [1]}, {"b": None}, {})

    assert converted.failures == ()
    assert converted.table.to_pylist() == [
        {"a": 1, "b": None},
        {"a": None, "b": None},
        {"a": None, "b": None},
    ]


def test_4_2_openx_matches_without_case_by_default_and_the_later_key_wins() -> None:
    converted = convert(schema_of(userid="int"), b'{"USERID": 1}', b'{"userId": 1, "UserID": 2}')

    assert converted.table.column("userid").to_pylist() == [1, 2]


def test_4_2_openx_matches_exactly_when_told_to() -> None:
    schema = schema_of(userid="int", person="struct<name:string,age:int>", attrs="map<string,int>")
    record = {"userId": 1, "person": {"NAME": "Bob", "age": 2}, "attrs": {"MixedKey": 3}}

    [row] = convert(schema, record, config=openx(CaseInsensitive=False)).table.to_pylist()

    assert row == {"userid": None, "person": {"name": None, "age": 2}, "attrs": [("MixedKey", 3)]}


def test_4_2_dots_in_keys_become_underscores_only_when_told_to() -> None:
    schema = schema_of(a_b="int", s="struct<c_d:int>")
    record = {"a.b": 1, "s": {"C.D": 2}}

    plain = convert(schema, record).table.to_pylist()
    dotted = convert(schema, record, config=openx(ConvertDotsInJsonKeysToUnderscores=True)).table.to_pylist()

    assert plain == [{"a_b": None, "s": {"c_d": None}}]
    assert dotted == [{"a_b": 1, "s": {"c_d": 2}}]


def test_4_2_a_mapped_column_is_read_from_its_json_key_only() -> None:
    config = openx(ColumnToJsonKeyMappings={"ts": "TimeStamp"})

    converted = convert(schema_of(ts="string"), {"timestamp": "x"}, {"ts": "y"}, config=config)

    assert converted.table.column("ts").to_pylist() == ["x", None]


def test_4_4_two_columns_may_be_read_from_one_key() -> None:
    config = openx(ColumnToJsonKeyMappings={"copy": "id"})

    converted = convert(schema_of(id="int", copy="string"), {"id": 5}, config=config)

    assert converted.table.to_pylist() == [{"id": 5, "copy": "5"}]


def test_4_4_map_keys_are_lower_cased_and_members_match_without_case_at_every_depth() -> None:
    schema = schema_of(m="map<string,struct<Inner:int>>", s="struct<a:struct<b:int>>")

    [row] = convert(schema, {"M": {"Key": {"INNER": 1, "other": 2}}, "S": {"A": {"B": 3}}}).table.to_pylist()

    assert row == {"m": [("key", {"inner": 1})], "s": {"a": {"b": 3}}}


def test_4_4_hive_matches_names_without_case_and_keeps_the_case_of_map_keys() -> None:
    schema = schema_of(attrs="map<string,array<string>>", person="struct<name:string,age:int>")
    record = {"ATTRS": {"MixedKey": ["v"]}, "PERSON": {"NAME": "Bob", "AGE": 2}}

    [row] = convert(schema, record, config=hive()).table.to_pylist()

    assert row == {"attrs": [("MixedKey", ["v"])], "person": {"name": "Bob", "age": 2}}


def test_4_1_only_the_columns_of_the_table_are_written_in_lower_case_and_in_its_order() -> None:
    converted = convert(schema_of(Zeta="int", Alpha="int"), {"alpha": 1, "zeta": 2, "dt": "2026-01-01"})

    assert converted.table.column_names == ["zeta", "alpha"]
