"""Which partitions are closed, which objects are chosen, what a request may say: without AWS."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambda_compaction.errors import RequestError
from lambda_compaction.objects import Object
from lambda_compaction.partitions import Partition, is_closed, is_past, span
from lambda_compaction.request import Request, parse_request
from lambda_compaction.selection import choose, file_count, written_by
from lambda_compaction.statements import merge, rows_by_object
from lambda_compaction.table import Table

EVENT: dict[str, Any] = {
    "database": "lake",
    "table": "events",
    "unique_key": ["event_uuid", "created_at"],
    "workgroup": "lake",
    "manifests": "s3://lake-data/compaction/lake/events/",
}
REQUEST = parse_request(EVENT)
NOW = datetime(2026, 2, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "start", "end"),
    [
        ({"event_type": "order", "created_date": "2026-02-01"}, "2026-02-01T00", "2026-02-02T00"),
        ({"dt": "2026-02-28"}, "2026-02-28T00", "2026-03-01T00"),
        ({"dt": "2026-02-01", "hour": "23"}, "2026-02-01T23", "2026-02-02T00"),
        ({"year": "2026"}, "2026-01-01T00", "2027-01-01T00"),
        ({"year": "2026", "month": "12"}, "2026-12-01T00", "2027-01-01T00"),
        ({"year": "2028", "month": "02", "day": "29"}, "2028-02-29T00", "2028-03-01T00"),
        ({"year": "2026", "month": "02", "day": "01", "hour": "05"}, "2026-02-01T05", "2026-02-01T06"),
    ],
)
def test_time_of_a_partition(values: dict[str, str], start: str, end: str) -> None:
    found = span(values)
    assert found is not None
    assert (f"{found.start:%Y-%m-%dT%H}", f"{found.end:%Y-%m-%dT%H}") == (start, end)


@pytest.mark.parametrize(
    "values", [{}, {"event_type": "order"}, {"year": "soon"}, {"dt": "2026-02-30"}, {"hour": "05"}]
)
def test_partitions_of_no_time_are_never_open(values: dict[str, str]) -> None:
    assert span(values) is None
    assert is_closed(values, REQUEST, NOW)
    assert not is_past(values, REQUEST, NOW)


def test_a_partition_closes_some_hours_after_its_end() -> None:
    request = replace(REQUEST, closed_after_seconds=12 * 3600)
    assert is_closed({"dt": "2026-02-03"}, request, NOW)
    assert not is_closed({"dt": "2026-02-03"}, request, NOW - timedelta(seconds=1))
    assert is_closed({"dt": "2026-02-04"}, replace(request, include_open=True), NOW)


def test_partitions_of_long_ago_are_not_looked_at() -> None:
    request = replace(REQUEST, lookback_days=7, closed_after_seconds=0)
    assert [is_past({"dt": f"2026-01-{day}"}, request, NOW) for day in (26, 27, 28)] == [True, True, False]
    assert is_past({"year": "2025"}, request, NOW)
    assert not is_past({"year": "2026"}, request, NOW)
    assert not is_past({"dt": "2020-01-01"}, replace(request, lookback_days=None), NOW)


def listing(*names: str, size: int = 10, age_seconds: int = 3600) -> dict[str, Object]:
    return {
        f"p/{name}": Object(f"p/{name}", f"etag-{name}", size, NOW - timedelta(seconds=age_seconds))
        for name in names
    }


def merged(run: str, number: int = 1) -> str:
    return f"compacted-20260204t00000{run}z0123abcd-{number:05d}.parquet"


def keys(present: dict[str, Object], left: dict[str, str] | None = None, **changes: Any) -> list[str]:
    request = replace(REQUEST, **changes)
    return [one.key.removeprefix("p/") for one in choose(present, left or {}, request, NOW)]


def test_names_of_merged_objects_are_recognised() -> None:
    assert written_by(f"p/{merged('1')}") == "20260204t000001z0123abcd"
    assert written_by("p/lake-events-1-2026-02-01-00-00-00-abc.parquet") is None
    assert written_by("p/compacted-by-hand.parquet") is None


def test_what_is_chosen() -> None:
    assert keys(listing("b", "a")) == ["a", "b"]
    assert keys(listing("a", "b") | listing("young", age_seconds=60)) == ["a", "b"]
    assert keys(listing(merged("1"), merged("1", 2))) == []
    # Something new, or two runs: all of it, for a row may stand in both.
    assert keys(listing("late", merged("1"))) == [merged("1"), "late"]
    assert keys(listing(merged("1"), merged("2"))) == [merged("1"), merged("2")]


def test_what_was_left_is_no_reason_but_takes_part() -> None:
    left = {"p/a": "etag-a"}
    assert keys(listing("a"), left) == []
    assert keys(listing("a", "b"), left) == ["a", "b"]
    assert keys(listing("a"), {"p/a": "of another content"}) == ["a"]


def test_what_is_too_much_is_merged_in_parts() -> None:
    present = listing("a", "b", "c", merged("1"))
    assert keys(present, max_objects=2) == ["a", "b"]
    assert keys(present, max_bytes=25) == ["a", "b"]
    assert keys(listing("a", merged("1"), merged("2")), max_objects=2) == []
    assert keys(listing("a", "c") | listing("b", size=100), max_bytes=25) == ["a", "c"]


def test_number_of_files() -> None:
    request = replace(REQUEST, target_file_bytes=100)
    assert [file_count(sizes, request) for sizes in ([1], [100], [100, 1], [10**6])] == [1, 1, 2, 100]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"table": "Events"}, "table is 'Events'"),
        ({"table": 'x" --'}, "a name of a-z"),
        ({"unique_key": []}, "unique_key is []"),
        ({"unique_key": "event_uuid"}, "a list of column names"),
        ({"manifests": "lake-data/compaction/"}, "s3://<bucket>/<prefix>/"),
        ({"manifests": "s3://lake-data/compaction"}, "ends in /"),
        ({"settle_seconds": -1}, "a whole number from 0"),
        ({"max_objects": True}, "max_objects is True"),
        ({"target_file_bytes": 6 * 1024**3}, "target_file_bytes"),
        ({"include_open": "yes"}, "true or false"),
        ({"compression": "brotli"}, "SNAPPY"),
        ({"colour": "red"}, "the request has colour; allowed: database"),
    ],
)
def test_what_a_request_may_not_say(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_request({**EVENT, **changes})
    assert message in str(caught.value)


def test_what_a_request_must_say() -> None:
    with pytest.raises(RequestError, match="lacks workgroup, manifests"):
        parse_request({name: EVENT[name] for name in ("database", "table", "unique_key")})
    assert isinstance(REQUEST, Request)
    assert (REQUEST.manifests_bucket, REQUEST.manifests_prefix) == ("lake-data", "compaction/lake/events/")
    assert parse_request({**EVENT, "lookback_days": None}).lookback_days is None


TABLE = Table(
    "lake",
    "events",
    (("event_uuid", "string"), ("n", "int"), ("tags", "array<string>")),
    (("kind", "string"), ("part", "int"), ("day", "date")),
    "lake-data",
    "data/events/",
    "PARQUET",
    ".parquet",
)


def test_values_in_statements_are_quoted() -> None:
    partition = Partition("x/", {"kind": "it's", "part": "007", "day": "2026-02-01"})
    sql = rows_by_object(TABLE, partition, ["data/events/o'k"])
    assert """ "kind" = 'it''s' AND "part" = 7 AND "day" = DATE '2026-02-01' """.strip() in sql
    assert "'s3://lake-data/data/events/o''k'" in sql
    with pytest.raises(RequestError, match="'1 OR 1=1'"):
        rows_by_object(TABLE, Partition("x/", {"part": "1 OR 1=1"}), ["k"])


def test_rows_are_ordered_by_what_can_be_ordered() -> None:
    request = replace(REQUEST, unique_key=("event_uuid",))
    sql = merge(TABLE, Partition("", {}), ["k"], request, "compaction_events_1", 3)
    assert 'PARTITION BY "event_uuid" ORDER BY "$path", "event_uuid", "n")' in sql
    assert "bucketed_by = ARRAY['event_uuid'], bucket_count = 3" in sql
    assert sql.endswith('WHERE compaction_rank = 1 OR "event_uuid" IS NULL')
