"""The monthly estimate: two lakes by hand, and what each setting does to the bill."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from scripts import cost, estimate
from scripts.errors import UsageError
from scripts.estimate import Load
from scripts.lake_settings import Backup, Dataset, LakeSettings, Stream, Transform
from scripts.paths import TERRAFORM
from scripts.schedule_runs import runs_in_a_month

STREAM = Stream(on_demand=False, shards=1, retention_hours=24, consumers=0, metrics_per_shard=0)
ON_DEMAND = replace(STREAM, on_demand=True)
FUNCTION = Transform(memory_mb=512, arm=True, buffer_mb=1, interval_seconds=60)
BACKUP = Backup(size_mb=64, interval_seconds=300, compressed=True)
EVENTS = Dataset(
    name="events",
    stream=STREAM,
    stream_is_here=True,
    transform=FUNCTION,
    format="parquet",
    size_mb=128,
    interval_seconds=300,
    compressed=True,
    partitioned=True,
    jq=False,
    partitions=12,
    backup=BACKUP,
    crawler_schedule=None,
)
LAKE = LakeSettings(
    environment="dev",
    datasets=(EVENTS,),
    customer_key=True,
    raw_days=30,
    data_days=None,
    replicated=False,
    monitored=False,
    dashboard=True,
    error_objects_counted=True,
    compacted=False,
    quicksight=False,
    in_vpc=False,
)
GIB = 2**30


def _lines(settings: LakeSettings, load: Load = Load()) -> dict[str, float]:  # noqa: B008 - frozen
    return {line.item: line.dollars for line in estimate.estimate(settings, load)}


def _total(settings: LakeSettings, load: Load = Load()) -> float:  # noqa: B008 - frozen
    return sum(_lines(settings, load).values())


def _of(**changes: Any) -> LakeSettings:
    return replace(LAKE, datasets=(replace(EVENTS, **changes),))


def test_a_small_lake_by_hand() -> None:
    # 730 million events of 400 bytes: each is 5 KB to Firehose and one unit of 25 KB to Kinesis.
    sent, billed = 730e6 * 400 / GIB, 730e6 * 5120 / GIB
    # 60 * 730 minutes are fewer calls than there are MB.
    calls = sent * 1024
    data_objects, raw_objects = 730 * 12 * 12, 730 * 12
    assert _lines(LAKE) == pytest.approx(
        {
            "Kinesis shards": 730 * 0.015,
            "Kinesis PUT units": 730 * 0.014,
            "Firehose ingest": billed * 0.029,
            "Firehose conversion": billed * 0.018,
            "Firehose partitioning": sent * 0.020 + data_objects / 1000 * 0.005,
            "Lambda": calls / 1e6 * 0.20 + 730e6 / 1000 * 0.060 * 0.5 * 0.0000133334,
            "CloudWatch logs": calls * 500 / GIB * 0.50,
            "S3 data, a month of it": sent / 4 * 0.023,
            "S3 raw backup, 30 days": sent / 4 * 0.023,
            "S3 writes, data": data_objects / 1000 * 0.005,
            "S3 writes, backup": raw_objects / 1000 * 0.005,
            "Athena queries": 100 / 1024 * 5.0,
            "KMS": 1.0,
        }
    )
    assert f"{_total(LAKE):,.2f}" == "196.33"


def test_a_large_lake_on_demand_by_hand() -> None:
    load = Load(events_per_hour=2_000_000, event_bytes=1500)
    watched = Dataset(
        name="orders",
        stream=replace(ON_DEMAND, retention_hours=336, consumers=1),
        stream_is_here=True,
        transform=None,
        format="json",
        size_mb=5,
        interval_seconds=60,
        compressed=True,
        partitioned=False,
        jq=False,
        partitions=1,
        backup=None,
        crawler_schedule="cron(0 * * * ? *)",
    )
    lake = replace(
        LAKE, datasets=(replace(EVENTS, stream=ON_DEMAND), watched), customer_key=False, monitored=True
    )
    # A million events each: 2 KB to a stream on demand, 5 KB to Firehose. 278 a second need one shard, four are there.
    sent, stream_gb, billed = 730e6 * 1500 / GIB, 730e6 * 2048 / GIB, 2 * 730e6 * 5120 / GIB
    calls = max(sent * 1024, 730 * 60 * 4)
    assert _lines(lake, load) == pytest.approx(
        {
            "Kinesis streams on demand": 2 * 730 * 0.04,
            "Kinesis data in": 2 * stream_gb * 0.08,
            "Kinesis data out": 3 * stream_gb * 0.04,  # twice with a backup, once without
            "Kinesis retention over 24 h": stream_gb * 144 / 730 * 0.10,
            "Kinesis retention over 7 days": stream_gb * 168 / 730 * 0.023,
            "Kinesis enhanced fan-out": stream_gb * 0.05,
            "Firehose ingest": billed * 0.029,
            "Firehose conversion": billed / 2 * 0.018,
            "Firehose partitioning": sent * 0.020 + 105_120 / 1000 * 0.005,
            "Lambda": calls / 1e6 * 0.20 + 730e6 / 1000 * 0.060 * 0.5 * 0.0000133334,
            "CloudWatch logs": calls * 500 / GIB * 0.50,
            "S3 data, a month of it": sent / 4 * 2 * 0.023,
            "S3 raw backup, 30 days": sent / 4 * 0.023,
            # 5 MB are there sooner than 60 s are over.
            "S3 writes, data": (105_120 + sent * 1024 / 5) / 1000 * 0.005,
            "S3 writes, backup": 730 * 12 * 4 / 1000 * 0.005,
            "Athena queries": 100 / 1024 * 5.0,
            "Glue crawlers, at least": 730 * 0.44 / 6,
            "CloudWatch alarms": (1 + 10 + 5) * 0.10,
            "CloudWatch dashboard": 3.0,
        }
    )


DEARER = {
    "more shards": (LAKE, _of(stream=replace(STREAM, shards=2))),
    "retention over a day": (LAKE, _of(stream=replace(STREAM, retention_hours=168))),
    "retention over a week": (
        _of(stream=replace(STREAM, retention_hours=168)),
        _of(stream=replace(STREAM, retention_hours=720)),
    ),
    "on demand": (LAKE, _of(stream=ON_DEMAND)),
    "on demand, retention over a day": (
        _of(stream=ON_DEMAND),
        _of(stream=replace(ON_DEMAND, retention_hours=168)),
    ),
    "a consumer with fan-out": (LAKE, _of(stream=replace(STREAM, consumers=1))),
    "the same on demand": (_of(stream=ON_DEMAND), _of(stream=replace(ON_DEMAND, consumers=1))),
    "metrics of shards": (LAKE, _of(stream=replace(STREAM, metrics_per_shard=2))),
    "a stream of its own": (_of(stream=None), LAKE),
    "conversion": (_of(format="json"), LAKE),
    "partitioning": (_of(partitioned=False, partitions=1), LAKE),
    "jq": (LAKE, _of(jq=True)),
    "a short interval": (LAKE, _of(interval_seconds=60)),
    "one under a minute": (_of(interval_seconds=60), _of(interval_seconds=59)),
    "small objects": (
        _of(format="json", partitioned=False, partitions=1),
        _of(format="json", partitioned=False, partitions=1, size_mb=1),
    ),
    "a backup": (_of(backup=None), LAKE),
    "a backup on demand": (_of(stream=ON_DEMAND, backup=None), _of(stream=ON_DEMAND)),
    "a quick backup": (LAKE, _of(backup=replace(BACKUP, interval_seconds=60))),
    "a backup as it is": (LAKE, _of(backup=replace(BACKUP, compressed=False))),
    "a transform": (_of(transform=None), LAKE),
    "more memory": (LAKE, _of(transform=replace(FUNCTION, memory_mb=1024))),
    "x86": (LAKE, _of(transform=replace(FUNCTION, arm=False))),
    "small calls": (LAKE, _of(transform=replace(FUNCTION, buffer_mb=0.2))),
    "quick calls": (LAKE, _of(transform=replace(FUNCTION, interval_seconds=1))),
    "a crawler": (LAKE, _of(crawler_schedule="cron(15,45 * * * ? *)")),
    "a longer backup": (LAKE, replace(LAKE, raw_days=60)),
    "data kept": (replace(LAKE, data_days=7), LAKE),
    "a key": (replace(LAKE, customer_key=False), LAKE),
    "alarms": (LAKE, replace(LAKE, monitored=True, dashboard=False)),
    "a dashboard": (replace(LAKE, monitored=True, dashboard=False), replace(LAKE, monitored=True)),
    "counted error objects": (
        replace(LAKE, monitored=True, error_objects_counted=False),
        replace(LAKE, monitored=True),
    ),
    "compaction": (LAKE, replace(LAKE, compacted=True)),
    "another dataset": (LAKE, replace(LAKE, datasets=(EVENTS, replace(EVENTS, name="more")))),
}


@pytest.mark.parametrize("change", DEARER)
def test_each_setting_moves_the_bill_the_right_way(change: str) -> None:
    before, after = DEARER[change]
    assert _total(after) > _total(before)


def test_iceberg_has_one_price_for_all() -> None:
    lines = _lines(_of(format="iceberg", partitioned=False, partitions=1, backup=None))
    assert lines["Firehose to Iceberg"] == pytest.approx(730e6 * 5120 / GIB * 0.045)
    assert not {"Firehose ingest", "Firehose conversion", "Firehose partitioning"} & set(lines)


def test_ingest_gets_cheaper_by_tiers() -> None:
    # 5 KB each: 550 TB are billed, 500 of them at the first price.
    load = Load(events_per_hour=550 * 2**40 / 5120 / 730)
    assert _lines(LAKE, load)["Firehose ingest"] == pytest.approx(
        500 * 1024 * 0.029 + 50 * 1024 * 0.025, rel=1e-6
    )


def test_an_idle_lake_costs_its_shard_and_its_key() -> None:
    lines = _lines(_of(transform=None), Load(events_per_hour=1, scanned_gib=0))
    assert sum(lines.values()) == pytest.approx(730 * 0.015 + 1, abs=0.02)


def test_the_sum_the_load_and_what_does_not_fit_are_said() -> None:
    load = Load(events_per_hour=10_000_000, event_bytes=1000)
    said = cost.summary(replace(LAKE, replicated=True), load)
    assert "dev (USD), for 10,000,000 events/h of 1000 bytes in all" in said
    assert f"{_total(LAKE, load):,.2f}" in said
    assert "events: 1 shard(s) throttle this load, which fills 3" in said
    assert "not included: copies in other buckets" in said
    assert "EVENTS_PER_HOUR=" in said


def test_alarms_are_as_many_as_the_module_makes() -> None:
    text = (TERRAFORM / "modules" / "monitoring" / "alarms.tf").read_text(encoding="utf-8")
    counted = {
        name: len(re.findall(r'"\$\{dataset\}-[a-z-]+"\s*=>?\s*\{', body))
        for name, body in re.findall(
            r"^  (\w+)_alarms\s*= (.*?)^  (?:\]\.\.\.\)|\})$", text, re.MULTILINE | re.DOTALL
        )
    }
    of_objects, of_rows = counted.pop("object"), counted.pop("row")
    assert of_objects == of_rows, "an Iceberg pipeline has as many alarms as one that writes objects"
    counted["delivery"] += of_objects
    assert counted == {
        "stream": estimate.ALARMS_OF_STREAM,
        "delivery": estimate.ALARMS_OF_DELIVERY,
        "conversion": estimate.ALARMS_OF_CONVERSION,
        "function": estimate.ALARMS_OF_TRANSFORM,
        "error": estimate.ALARMS_OF_ERRORS,
    }
    resources = re.findall(r'^resource "aws_cloudwatch_metric_alarm" "(\w+)"', text, re.MULTILINE)
    assert len(resources) == 1 + estimate.ALARMS_OF_QUERIES


@pytest.mark.parametrize(
    ("schedule", "a_year"),
    [
        ("cron(15,45 * * * ? *)", 2 * 24 * 365),
        ("cron(0 3 * * ? *)", 365),
        ("cron(0/15 8-17 ? * MON-FRI *)", 4 * 10 * 5 * 365 / 7),
        ("cron(0 0 1 * ? *)", 12),
        ("cron(30 12 31 * ? *)", 7),
        ("cron(0 0 1 JAN,jul ? *)", 2),
    ],
)
def test_how_often_a_schedule_runs(schedule: str, a_year: float) -> None:
    assert runs_in_a_month(schedule) * 12 == pytest.approx(a_year)


@pytest.mark.parametrize(
    "schedule", ["cron(0 * * * ?)", "rate(1 hour)", "cron(60 * * * ? *)", "cron(x * * * ? *)"]
)
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(UsageError, match="allowed is cron"):
        runs_in_a_month(schedule)
