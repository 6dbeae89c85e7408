"""Compaction of a real table on a real gateway: what is merged, what is left, what is reported."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lambda_compaction.engine import Engine
from lambda_compaction.errors import RequestError, VerificationError
from lambda_compaction.partitions import find
from lambda_compaction.run import BUSY, COMPACTED, FAILED, SETTLED, UNFINISHED, compact
from lambda_compaction.table import read_table
from tests.gateway_fixture import unique
from tests.integration.compaction.lake import CompactedLake, rows

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


@pytest.fixture(scope="module")
def database(local_aws: LocalAws) -> CompactedLake:
    return CompactedLake.create(local_aws.clients, unique("compaction"))


@pytest.fixture
def lake(database: CompactedLake, request: pytest.FixtureRequest) -> CompactedLake:
    """A table of the test's own."""
    return database.add_table(request.node.name.removeprefix("test_")[:60])


def test_small_files_become_one_without_duplicates(lake: CompactedLake) -> None:
    lake.deliver(rows(["a", "b"]))
    lake.deliver(rows(["b", "c"], payload="second"))
    lake.deliver(rows(["c", "c", "d"], payload="third"))
    lake.deliver(rows(["a", "z"]), kind="order")
    lake.deliver(rows(["y"]), kind="order")
    before = [*lake.keys(lake.folder()), *lake.keys(lake.folder("order"))]

    summary = compact(lake.request(), lake.surroundings())

    assert [report.outcome for report in summary.reports] == [COMPACTED, COMPACTED], summary
    account = summary.reports[0]
    assert account.partition == "event_type=account/created_date=2026-02-01"
    assert (account.files_before, account.files_after, account.rows_before, account.rows_after) == (
        3,
        1,
        7,
        4,
    )
    assert account.duplicates == 3
    assert account.bytes_before > account.bytes_after > 0
    assert lake.ids() == lake.queried_ids() == Counter("abcd")
    assert lake.queried_ids("order") == Counter("ayz")
    # The row that was delivered first is the one that stays, with all its columns.
    kept = lake.lake.rows(
        f"SELECT event_uuid, payload, created_datetime, tags[1] FROM {lake.table}"
        " WHERE event_type = 'account' ORDER BY 1",
        WorkGroup=lake.lake.bucket,
    )
    assert kept == [
        ["a", "first", "2026-02-01 12:00:00.000", "a"],
        ["b", "first", "2026-02-01 12:00:00.000", "b"],
        ["c", "second", "2026-02-01 12:00:00.000", "c"],
        ["d", "third", "2026-02-01 12:00:00.000", "d"],
    ]
    # Nothing temporary is left, and the sources are there as old versions.
    tables = lake.lake.clients.client("glue").get_tables(DatabaseName=lake.lake.database)["TableList"]
    assert [table["Name"] for table in tables if table["Name"].startswith("compaction_")] == []
    assert lake.staged() == []
    versions = lake.lake.clients.client("s3").list_object_versions(
        Bucket=lake.lake.bucket, Prefix=f"{lake.table}/"
    )
    assert set(before) <= {version["Key"] for version in versions["Versions"]}

    again = compact(lake.request(), lake.surroundings())
    assert [report.outcome for report in again.reports] == [SETTLED, SETTLED]
    assert again.as_json()["files_before"] == 0


def test_an_object_that_arrives_meanwhile_stays(lake: CompactedLake) -> None:
    lake.deliver(rows(["a", "b"]))
    lake.deliver(rows(["b"]))
    athena = lake.meanwhile(lambda: lake.deliver(rows(["late", "a"], payload="late")))
    surroundings = lake.surroundings(athena=athena)
    assert [report.files_before for report in compact(lake.request(), surroundings).reports] == [2]
    assert lake.ids() == Counter({"a": 2, "b": 1, "late": 1})
    assert athena.happened[0] in lake.keys(lake.folder())
    # The next run merges it with what the first one has written, whose rows win.
    report = compact(lake.request(), lake.surroundings()).reports[0]
    assert (report.files_before, report.files_after, report.duplicates) == (2, 1, 1)
    assert lake.ids() == lake.queried_ids() == Counter(["a", "b", "late"])
    answer = lake.lake.rows(
        f"SELECT payload FROM {lake.table} WHERE event_uuid = 'a'", WorkGroup=lake.lake.bucket
    )
    assert answer == [["first"]]


def test_only_closed_partitions_and_settled_objects_are_touched(lake: CompactedLake) -> None:
    for day in ("2026-02-01", "2026-02-03"):
        lake.deliver(rows(["a"]), day=day)
        lake.deliver(rows(["a"]), day=day)
    # On the third of February only the first is over for six hours.
    then = datetime(2026, 2, 3, 5, tzinfo=UTC)
    closed = compact(lake.request(), lake.surroundings(now=lambda: then)).reports
    assert [report.partition[-10:] for report in closed] == ["2026-02-01"]
    looked_at = compact(
        lake.request(lookback_days=1), lake.surroundings(now=lambda: then + timedelta(days=1, hours=2))
    )
    assert [report.partition[-10:] for report in looked_at.reports] == ["2026-02-03"]
    # The objects were written just now.
    unsettled = compact(lake.request(settle_seconds=3600), lake.surroundings()).reports
    assert {report.outcome for report in unsettled} == {SETTLED}
    assert lake.ids() == lake.ids(day="2026-02-03") == Counter({"a": 2})
    assert len(compact(lake.request(), lake.surroundings()).of(COMPACTED)) == 2
    assert lake.ids() == lake.ids(day="2026-02-03") == Counter("a")


def test_objects_that_athena_does_not_read_stay(lake: CompactedLake) -> None:
    outside = [lake.deliver(rows(["a"]), kind="unknown"), lake.deliver(rows(["a"]), kind="unknown")]
    empty = lake.deliver([])
    lake.deliver(rows(["a"]))
    lake.deliver(rows(["a"]))
    reports = {
        report.partition[11:18]: report for report in compact(lake.request(), lake.surroundings()).reports
    }
    # The projection does not know this value, so Athena counts no row in it.
    assert reports["unknown"].outcome == SETTLED
    assert (reports["account"].files_before, reports["account"].unread_files) == (2, 1)
    assert {*outside, empty} <= set(lake.keys(f"{lake.table}/"))
    # They are no reason to merge the partition again.
    assert len(compact(lake.request(), lake.surroundings()).of(SETTLED)) == 2


def test_a_file_without_duplicates_is_left_alone(lake: CompactedLake) -> None:
    alone = lake.deliver(rows(["a", "b"]))
    assert compact(lake.request(), lake.surroundings()).of(SETTLED)
    assert lake.keys(lake.folder()) == [alone]
    lake.deliver(rows(["c", "c"]), kind="order")
    report = compact(lake.request(), lake.surroundings()).of(COMPACTED)[0]
    assert (report.partition[11:16], report.duplicates) == ("order", 1)


def test_rows_without_a_whole_key_are_all_kept(lake: CompactedLake) -> None:
    keyless = [{**row, "created_at": None} for row in rows(["n", "n"])]
    lake.deliver(rows(["a", "b"]) + keyless)
    lake.deliver(rows(["a"]) + keyless)
    report = compact(lake.request(), lake.surroundings()).reports[0]
    assert (report.rows_before, report.rows_after) == (7, 6)
    assert lake.queried_ids() == Counter({"a": 1, "b": 1, "n": 4})


def test_a_large_partition_is_merged_part_by_part(lake: CompactedLake) -> None:
    for number in range(5):
        lake.deliver(rows([str(number), "x"]))
    request = lake.request(max_objects=2)
    before = [compact(request, lake.surroundings()).reports[0].files_before for _ in range(3)]
    assert before == [2, 2, 0]  # one object alone is not worth the work
    assert lake.queried_ids() == Counter({"x": 3, **{str(number): 1 for number in range(5)}})
    # With room for all parts the duplicates between them go too.
    assert compact(lake.request(), lake.surroundings()).reports[0].files_before == 3
    assert lake.queried_ids() == Counter(["x", *map(str, range(5))])


def test_a_source_that_is_written_again_meanwhile_stays(lake: CompactedLake) -> None:
    first = lake.deliver(rows(["a"]))
    lake.deliver(rows(["b"]))
    engine = Engine(read_table(lake.request(), lake.surroundings()), lake.request(), lake.surroundings())
    partition = next(find(engine.table, engine.request, engine.surroundings))
    held = engine.advance(partition)
    assert held is not None
    s3 = lake.lake.clients.client("s3")
    again = lake.deliver(rows(["a", "new"]))
    s3.copy_object(Bucket=lake.lake.bucket, Key=first, CopySource={"Bucket": lake.lake.bucket, "Key": again})
    s3.delete_object(Bucket=lake.lake.bucket, Key=again)
    engine.finish(held, partition)
    assert lake.ids() == Counter({"a": 2, "b": 1, "new": 1})


def test_nothing_is_deleted_when_a_merged_object_is_gone(lake: CompactedLake) -> None:
    sources = [lake.deliver(rows(["a"])), lake.deliver(rows(["b"]))]
    engine = Engine(read_table(lake.request(), lake.surroundings()), lake.request(), lake.surroundings())
    partition = next(find(engine.table, engine.request, engine.surroundings))
    held = engine.advance(partition)
    assert held is not None
    merged = held.manifest.outputs[0].key
    lake.lake.clients.client("s3").delete_object(Bucket=lake.lake.bucket, Key=merged)
    with pytest.raises(VerificationError, match="1 merged objects are not in their place"):
        engine.finish(held, partition)
    assert lake.keys(lake.folder()) == sorted(sources)


def test_of_two_runs_on_a_partition_one_stops(lake: CompactedLake) -> None:
    lake.deliver(rows(["a", "b"]))
    lake.deliver(rows(["b"]))
    # While Athena works for the first one, a second one comes by and takes over.
    athena = lake.meanwhile(lambda: compact(lake.request(), lake.surroundings()).reports[0].outcome)
    first = compact(lake.request(), lake.surroundings(athena=athena)).reports[0]
    assert athena.happened == [COMPACTED]
    # It finds its temporary table gone, or the manifest in another hand.
    assert first.outcome in (BUSY, FAILED)
    assert lake.ids() == Counter("ab")
    compact(lake.request(), lake.surroundings())
    assert lake.ids() == lake.queried_ids() == Counter("ab")


def test_one_failing_partition_does_not_stop_the_others(lake: CompactedLake) -> None:
    for kind in ("account", "order"):
        lake.deliver(rows(["a"]), kind=kind)
        lake.deliver(rows(["a"]), kind=kind)
    lake.lake.put(f"{lake.folder()}broken.parquet", b"PAR1 this is no Parquet file PAR1")
    reports = compact(lake.request(), lake.surroundings()).reports
    assert [report.outcome for report in reports] == [FAILED, COMPACTED]
    assert lake.queried_ids("order") == Counter("a")


def test_a_run_without_time_leaves_the_rest_for_the_next(lake: CompactedLake) -> None:
    lake.deliver(rows(["a"]))
    lake.deliver(rows(["a"]))
    summary = compact(lake.request(), lake.surroundings(remaining_seconds=lambda: 10.0))
    assert (summary.complete, summary.reports) == (False, ())
    # Time for merging, none for the grace period.
    waiting = compact(lake.request(grace_seconds=600), lake.surroundings(remaining_seconds=lambda: 300.0))
    assert [report.outcome for report in waiting.reports] == [UNFINISHED]
    assert lake.ids() == Counter({"a": 3})
    assert compact(lake.request(), lake.surroundings()).reports[0].outcome == COMPACTED
    assert lake.ids() == Counter("a")


def test_tables_that_cannot_be_compacted_are_refused(lake: CompactedLake) -> None:
    lake.lake.table(
        f"{lake.table[:40]}_json",
        {"a": "string"},
        storage={
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
        },
    )
    for changes, message in (
        ({"table": "none"}, "there is no table"),
        ({"table": f"{lake.table[:40]}_json"}, "only Parquet and ORC"),
        ({"unique_key": ("event_uuid", "nothing")}, "has no column nothing"),
    ):
        with pytest.raises(RequestError, match=message):
            compact(lake.request(**changes), lake.surroundings())
