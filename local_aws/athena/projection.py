"""Partition projection: the values a partition column can have, from the table's properties.

AWS rule: four types (enum, integer, date, injected), every partition column configured, dates in UTC, catalog
partitions ignored, reference 9.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from local_aws.athena.errors import QueryError
from local_aws.athena.java_dates import PatternError, format_java, parse_java, smallest_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.athena.catalog import TableDefinition

_RELATIVE = re.compile(r"\s*NOW\s*(?:([+-])\s*(\d+)\s*([A-Z]+?)S?\s*)?$", re.IGNORECASE)
_UNIT_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}
_UNIT_MONTHS = {"MONTH": 1, "YEAR": 12}
# Types besides text that have one spelling in a path.
_INJECTED = ("tinyint", "smallint", "integer", "bigint", "date")
# A date column with an interval of a second over years would have no end; Athena refuses such a table likewise.
MAX_VALUES_PER_COLUMN = 2_000_000


@dataclass(frozen=True)
class Projected:
    """How one partition column is projected; `values` is None for injected, where the query gives them."""

    name: str
    kind: str
    values: tuple[str, ...] | None


def is_projected(table: TableDefinition) -> bool:
    """Tell whether partition projection is on for a table."""
    return _property(table.parameters, "projection.enabled", "false").lower() == "true"


def location_template(table: TableDefinition) -> str:
    """Give the location of a partition as text with `${column}` in it; Hive's layout when the table has none."""
    template = table.parameters.get("storage.location.template")
    if template:
        missing = [c.name for c in table.partition_columns if "${" + c.name + "}" not in template]
        if missing:
            raise _invalid(
                table, f"storage.location.template {template!r} does not mention {', '.join(missing)}"
            )
        return template if template.endswith("/") else template + "/"
    base = table.location if table.location.endswith("/") else table.location + "/"
    return base + "".join(f"{c.name}=${{{c.name}}}/" for c in table.partition_columns)


def project(table: TableDefinition, now: datetime) -> list[Projected]:
    """Give the projection of each partition column, in order; raises `QueryError` for wrong properties."""
    projected: list[Projected] = []
    for column in table.partition_columns:
        prefix = f"projection.{column.name}."
        settings = {
            key[len(prefix) :].lower(): value
            for key, value in table.parameters.items()
            if key.lower().startswith(prefix)
        }
        kind = settings.get("type", "").strip().lower()
        if kind == "enum":
            values: tuple[str, ...] | None = _enum(table, column.name, settings)
        elif kind == "integer":
            values = _integer(table, column.name, settings)
        elif kind == "date":
            values = _date(table, column.name, settings, now)
        elif kind == "injected":
            if not column.type.is_text and column.type.name not in _INJECTED:
                allowed = f"text, {', '.join(_INJECTED)}"
                raise _invalid(
                    table, f"injected column {column.name} is {column.type}; allowed are {allowed}"
                )
            values = None
        else:
            raise _invalid(
                table,
                f"{prefix}type is {settings.get('type')!r}; allowed are enum, integer, date and injected",
            )
        projected.append(Projected(column.name, kind, values))
    return projected


def _property(parameters: Mapping[str, str], name: str, default: str) -> str:
    return str(parameters.get(name, default)).strip()


def _invalid(table: TableDefinition, detail: str) -> QueryError:
    return QueryError("INVALID_TABLE_PROPERTY", f"Partition projection of {table.full_name}: {detail}")


def _enum(table: TableDefinition, column: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    # AWS rule: white space is part of a value of an enum, and of no other setting.
    values = tuple(value for value in settings.get("values", "").split(",") if value)
    if not values:
        raise _invalid(table, f"projection.{column}.values is missing")
    return values


def _integer(table: TableDefinition, column: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    bounds = _range(table, column, settings)
    try:
        low, high = int(bounds[0]), int(bounds[1])
        step = int(settings.get("interval", "1"))
        digits = int(settings.get("digits", "0"))
    except ValueError as error:
        raise _invalid(table, f"projection.{column} has a number that is none: {error}") from None
    if step < 1 or low > high:
        raise _invalid(table, f"projection.{column}: range {low},{high} and interval {step} give no values")
    _check_size(table, column, (high - low) // step + 1)
    return tuple(f"{value:0{digits}d}" if digits else str(value) for value in range(low, high + 1, step))


def _range(table: TableDefinition, column: str, settings: Mapping[str, str]) -> tuple[str, str]:
    bounds = [bound.strip() for bound in settings.get("range", "").split(",")]
    if len(bounds) != 2 or not all(bounds):
        raise _invalid(
            table, f"projection.{column}.range is {settings.get('range')!r}; allowed is 'first,last'"
        )
    return bounds[0], bounds[1]


def _check_size(table: TableDefinition, column: str, count: float) -> None:
    if count > MAX_VALUES_PER_COLUMN:
        raise _invalid(
            table, f"projection.{column} has {int(count)} values; allowed are at most {MAX_VALUES_PER_COLUMN}"
        )


def _date(table: TableDefinition, column: str, settings: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    pattern = settings.get("format", "")
    if not pattern:
        raise _invalid(table, f"projection.{column}.format is missing")
    try:
        smallest = smallest_unit(pattern)
        first_text, last_text = _range(table, column, settings)
        first, last = (_bound(table, column, text, pattern, now) for text in (first_text, last_text))
        unit = settings.get("interval.unit", "").strip().upper().removesuffix("S")
        step = int(settings.get("interval", "1"))
    except (PatternError, ValueError) as error:
        raise _invalid(table, f"projection.{column}: {error}") from None
    if not unit:
        # AWS rule: without a unit the format must be exact to the day or to the month, reference 9.5.
        if smallest not in ("DAY", "MONTH"):
            raise _invalid(
                table,
                f"projection.{column}.interval.unit is missing; {pattern!r} is not to the day or to the month",
            )
        unit = smallest
    if unit not in _UNIT_SECONDS and unit not in _UNIT_MONTHS:
        allowed = ", ".join([*_UNIT_SECONDS, *_UNIT_MONTHS])
        raise _invalid(table, f"projection.{column}.interval.unit is {unit!r}; allowed are {allowed}")
    if step < 1:
        raise _invalid(table, f"projection.{column}.interval is {step}; allowed is 1 or more")
    seconds = _UNIT_SECONDS.get(unit, 28 * 86400 * _UNIT_MONTHS.get(unit, 1)) * step
    _check_size(table, column, (last - first).total_seconds() / seconds)
    return _dates(first, last, unit, step, pattern)


def _bound(table: TableDefinition, column: str, text: str, pattern: str, now: datetime) -> datetime:
    relative = _RELATIVE.match(text)
    if relative is None:
        return parse_java(text, pattern)
    sign, amount, unit = relative.groups()
    moment = now.astimezone(UTC).replace(tzinfo=None)
    if amount is not None:
        unit = unit.upper()
        if unit not in _UNIT_SECONDS and unit not in _UNIT_MONTHS:
            raise _invalid(table, f"projection.{column}.range has the unknown unit {unit!r} in {text!r}")
        moment = _shift(moment, unit, int(amount) if sign == "+" else -int(amount))
    # Down to what the format can tell, so that the steps from the other bound meet it.
    return parse_java(format_java(moment, pattern), pattern)


def _shift(moment: datetime, unit: str, amount: int) -> datetime:
    if unit in _UNIT_SECONDS:
        return moment + timedelta(seconds=_UNIT_SECONDS[unit] * amount)
    months = moment.year * 12 + moment.month - 1 + _UNIT_MONTHS[unit] * amount
    year, month = divmod(months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month + 1, day=min(moment.day, 28))


@lru_cache(maxsize=16)
def _dates(first: datetime, last: datetime, unit: str, amount: int, pattern: str) -> tuple[str, ...]:
    """Give the texts of all dates from one to another; a step finer than the pattern gives the same text once."""
    texts: dict[str, None] = {}
    count = 0
    while True:
        moment = _shift(first, unit, amount * count)
        if moment > last:
            return tuple(texts)
        texts[format_java(moment, pattern)] = None
        count += 1
