"""Partition projection: which values a partition column has (reference 9.5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local_aws.athena.catalog import TableDefinition
from local_aws.athena.errors import QueryError
from local_aws.athena.projection import is_projected, location_template, project
from local_aws.athena.sql import types
from local_aws.athena.sql.session import Column

NOW = datetime(2026, 3, 31, 10, 30, tzinfo=UTC)


def _table(columns: dict[str, types.Type], **properties: str) -> TableDefinition:
    parameters = {key.replace("__", "."): value for key, value in properties.items()}
    return TableDefinition(
        database="db",
        name="t",
        columns=(Column("a", types.INTEGER),),
        partition_columns=tuple(Column(name, kind) for name, kind in columns.items()),
        location="s3://bucket/t",
        input_format="",
        serde="",
        parameters=parameters,
    )


def _values(kind: types.Type = types.VARCHAR, /, **properties: str) -> tuple[str, ...] | None:
    table = _table({"p": kind}, **{f"projection__p__{key}": value for key, value in properties.items()})
    return project(table, NOW)[0].values


def test_it_is_on_when_the_property_says_so() -> None:
    assert is_projected(_table({}, projection__enabled="TRUE"))
    assert not is_projected(_table({}, projection__enabled="false"))
    assert not is_projected(_table({}))


def test_enum() -> None:
    assert _values(type=" Enum ", values="a, b,c ") == ("a", " b", "c ")


def test_integer_with_digits_and_interval() -> None:
    assert _values(types.INTEGER, type="integer", range="0,23", digits="2", interval="6") == (
        "00",
        "06",
        "12",
        "18",
    )
    assert _values(types.INTEGER, type="integer", range="-1,1") == ("-1", "0", "1")


def test_days_up_to_now() -> None:
    values = _values(type="date", range="2026-03-29,NOW", format="yyyy-MM-dd")
    assert values == ("2026-03-29", "2026-03-30", "2026-03-31")


@pytest.mark.parametrize(
    ("range_", "expected"),
    [
        ("NOW-1DAYS,NOW+1DAYS", ("2026-03-30", "2026-03-31", "2026-04-01")),
        ("NOW-1MONTHS,NOW-1MONTHS", ("2026-02-28",)),
        ("NOW - 2 DAY,NOW-1DAY", ("2026-03-29", "2026-03-30")),
    ],
)
def test_dates_relative_to_now(range_: str, expected: tuple[str, ...]) -> None:
    assert _values(type="date", range=range_, format="yyyy-MM-dd") == expected


def test_hours_need_their_unit_and_end_with_the_current_one() -> None:
    properties = {"type": "date", "range": "2026/03/31/08,NOW", "format": "yyyy/MM/dd/HH"}
    with pytest.raises(QueryError, match=r"interval\.unit is missing"):
        _values(**properties)
    table = _table(
        {"p": types.VARCHAR},
        projection__p__type="date",
        projection__p__range="2026/03/31/08,NOW",
        projection__p__format="yyyy/MM/dd/HH",
    )
    hourly = TableDefinition(
        **{**table.__dict__, "parameters": {**table.parameters, "projection.p.interval.unit": "HOURS"}}
    )
    assert project(hourly, NOW)[0].values == ("2026/03/31/08", "2026/03/31/09", "2026/03/31/10")


def test_months_keep_to_the_calendar() -> None:
    assert _values(type="date", range="2025-11,2026-02", format="yyyy-MM") == (
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    )


def test_injected_has_no_values_of_its_own() -> None:
    assert _values(type="injected") is None
    assert _values(types.INTEGER, type="injected") is None
    with pytest.raises(QueryError, match="allowed are text, tinyint"):
        _values(types.DOUBLE, type="injected")


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "type is None; allowed are enum, integer, date and injected"),
        ({"type": "list"}, "type is 'list'"),
        ({"type": "enum"}, "values is missing"),
        ({"type": "integer", "range": "1"}, "range is '1'; allowed is 'first,last'"),
        ({"type": "integer", "range": "5,1"}, "give no values"),
        ({"type": "integer", "range": "0,99999999"}, "allowed are at most"),
        ({"type": "date", "range": "x,NOW", "format": "yyyy-MM-dd"}, "does not follow the date pattern"),
        ({"type": "date", "range": "2026-01-01,NOW"}, "format is missing"),
        ({"type": "date", "range": "2026-01-01,NOW+1FORTNIGHTS", "format": "yyyy-MM-dd"}, "unknown unit"),
    ],
)
def test_wrong_properties_are_named(properties: dict[str, str], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        _values(**properties)


def test_the_template_is_hives_layout_unless_it_is_given() -> None:
    columns = {"dt": types.VARCHAR, "h": types.INTEGER}
    assert location_template(_table(columns)) == "s3://bucket/t/dt=${dt}/h=${h}/"
    given = _table(columns, storage__location__template="s3://other/${dt}/${h}")
    assert location_template(given) == "s3://other/${dt}/${h}/"
    with pytest.raises(QueryError, match="does not mention h"):
        location_template(_table(columns, storage__location__template="s3://other/${dt}/"))
