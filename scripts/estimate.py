"""What a lake costs on AWS in a month: its settings and a load, worked out line by line.

Sizes are of records before compression, GB are 2^30 bytes, a month has 730 hours and 30 days. Where AWS's rule leaves
room, the dearer reading is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts import prices
from scripts.lake_settings import Dataset, LakeSettings, Stream
from scripts.schedule_runs import runs_in_a_month

HOURS = 730
GIB = 2**30
MIB = 2**20
SHARD_RECORDS_PER_SECOND = 1000
SHARD_BYTES_PER_SECOND = MIB
PUT_UNIT_BYTES = 25 * 1024
FIREHOSE_UNIT_BYTES = 5 * 1024
ON_DEMAND_UNIT_BYTES = 1024
ON_DEMAND_SHARDS = 4  # what a stream begins with, reference 11.2
# AWS rule: an interval under a minute is delivered by multipart upload, reference 7: begin, part, complete.
MULTIPART_REQUESTS, MULTIPART_BELOW_SECONDS = 3, 60

# Alarms of the monitoring module, by what a dataset has.
ALARMS_OF_STREAM = 2
ALARMS_OF_DELIVERY = 2
ALARMS_OF_CONVERSION = 1
ALARMS_OF_TRANSFORM = 4
ALARMS_OF_ERRORS = 1
ALARMS_OF_QUERIES = 1


@dataclass(frozen=True)
class Load:
    """What goes through the lake, and what no setting says.

    ``events_per_hour`` is of all datasets together and shared equally among them. ``compression`` is stored bytes for
    each byte sent; ``scanned_gib`` what queries read in a month; a function's log has ``log_bytes_per_call``; and a
    thousand events take it so many milliseconds.
    """

    events_per_hour: float = 1_000_000
    event_bytes: int = 400
    compression: float = 0.25
    scanned_gib: float = 100
    milliseconds_per_thousand: float = 60
    log_bytes_per_call: int = 500


DEFAULT_LOAD = Load()


@dataclass(frozen=True)
class Line:
    """One line of the bill, in US dollars a month."""

    item: str
    quantity: str
    dollars: float


@dataclass(frozen=True)
class Flow:
    """A dataset with its share of the load."""

    dataset: Dataset
    load: Load
    events_per_hour: float

    @property
    def events(self) -> float:
        """Events in a month."""
        return self.events_per_hour * HOURS

    @property
    def gib(self) -> float:
        """GB in a month, as sent."""
        return self.events * self.load.event_bytes / GIB

    def rounded_gib(self, unit_bytes: int) -> float:
        """GB in a month when each record is rounded up to a unit."""
        return self.events * math.ceil(self.load.event_bytes / unit_bytes) * unit_bytes / GIB

    @property
    def shards_needed(self) -> int:
        """Shards that the average load fills; peaks need more."""
        per_second = self.events_per_hour / 3600
        return max(
            1,
            math.ceil(
                max(
                    per_second / SHARD_RECORDS_PER_SECOND,
                    per_second * self.load.event_bytes / SHARD_BYTES_PER_SECOND,
                )
            ),
        )

    @property
    def shards(self) -> int:
        """Shards that are read: Firehose has a buffer for each, reference 7."""
        stream = self.dataset.stream
        if stream is None:
            return self.shards_needed
        return max(ON_DEMAND_SHARDS, self.shards_needed) if stream.on_demand else stream.shards

    def objects(self, buffers: int, size_mb: int, interval_seconds: int) -> float:
        """Objects in a month from so many buffers: by interval or by size, whichever makes more; none is empty."""
        by_interval = HOURS * 3600 / max(1, interval_seconds) * buffers
        return min(self.events, max(by_interval, self.gib * 1024 / size_mb))

    @property
    def data_objects(self) -> float:
        """Objects of data. AWS rule: each partition has a buffer, without partitioning each shard, reference 7."""
        buffers = self.dataset.partitions if self.dataset.partitioned else self.shards
        return self.objects(buffers, self.dataset.size_mb, self.dataset.interval_seconds)

    @property
    def calls(self) -> float:
        """Calls of the transform."""
        function = self.dataset.transform
        if function is None:
            return 0
        by_interval = HOURS * 3600 / max(1, function.interval_seconds) * self.shards
        return min(self.events, max(by_interval, self.gib * 1024 / function.buffer_mb))


def flows(settings: LakeSettings, load: Load) -> tuple[Flow, ...]:
    """Share the load among the datasets."""
    each = load.events_per_hour / len(settings.datasets)
    return tuple(Flow(dataset, load, each) for dataset in settings.datasets)


def estimate(settings: LakeSettings, load: Load) -> tuple[Line, ...]:
    """Work out a month's bill. Lines that come to nothing are left out."""
    parts = flows(settings, load)
    lines = [
        *_kinesis(parts),
        *_firehose(parts),
        *_lambda(parts),
        *_s3(settings, parts),
        *_others(settings, parts),
    ]
    return tuple(line for line in lines if line.dollars > 0)


def _streams(parts: tuple[Flow, ...], *, on_demand: bool) -> tuple[tuple[Flow, Stream], ...]:
    return tuple(
        (flow, flow.dataset.stream)
        for flow in parts
        if flow.dataset.stream is not None and flow.dataset.stream.on_demand == on_demand
    )


def _kinesis(parts: tuple[Flow, ...]) -> Iterator[Line]:
    """Price the streams by reference 12.1."""
    provisioned, on_demand = _streams(parts, on_demand=False), _streams(parts, on_demand=True)
    shards = sum(stream.shards for _, stream in provisioned)
    yield Line("Kinesis shards", f"{shards} x {HOURS} h", shards * HOURS * prices.SHARD_HOUR)
    units = (
        sum(flow.events * math.ceil(flow.load.event_bytes / PUT_UNIT_BYTES) for flow, _ in provisioned) / 1e6
    )
    yield Line("Kinesis PUT units", f"{units:,.0f} M", units * prices.MILLION_PUT_UNITS)
    extended = sum(stream.shards for _, stream in provisioned if stream.retention_hours > 24)
    yield Line(
        "Kinesis retention over 24 h",
        f"{extended} x {HOURS} h",
        extended * HOURS * prices.SHARD_HOUR_EXTENDED,
    )
    subscribed = sum(stream.shards * stream.consumers for _, stream in provisioned)
    fanned = sum(flow.gib * stream.consumers for flow, stream in provisioned)
    yield Line(
        "Kinesis enhanced fan-out",
        f"{subscribed} x {HOURS} h, {fanned:,.0f} GB",
        subscribed * HOURS * prices.FAN_OUT_SHARD_HOUR + fanned * prices.FAN_OUT_GB,
    )

    yield Line(
        "Kinesis streams on demand",
        f"{len(on_demand)} x {HOURS} h",
        len(on_demand) * HOURS * prices.STREAM_HOUR,
    )
    written = sum(flow.rounded_gib(ON_DEMAND_UNIT_BYTES) for flow, _ in on_demand)
    yield Line("Kinesis data in", f"{written:,.0f} GB billed", written * prices.ON_DEMAND_GB_IN)
    # Firehose reads the stream once for delivery, and again for a backup.
    read = sum(
        flow.rounded_gib(ON_DEMAND_UNIT_BYTES) * (1 if flow.dataset.backup is None else 2)
        for flow, _ in on_demand
    )
    yield Line("Kinesis data out", f"{read:,.0f} GB billed", read * prices.ON_DEMAND_GB_OUT)
    kept = sum(_kept_gib(flow, stream, 24, min(stream.retention_hours, 168)) for flow, stream in on_demand)
    yield Line("Kinesis retention over 24 h", f"{kept:,.0f} GB", kept * prices.ON_DEMAND_GB_MONTH_EXTENDED)
    sent = sum(flow.rounded_gib(ON_DEMAND_UNIT_BYTES) * stream.consumers for flow, stream in on_demand)
    yield Line("Kinesis enhanced fan-out", f"{sent:,.0f} GB billed", sent * prices.ON_DEMAND_FAN_OUT_GB)

    kept_long = sum(
        _kept_gib(flow, stream, 168, stream.retention_hours) for flow, stream in (*provisioned, *on_demand)
    )
    yield Line("Kinesis retention over 7 days", f"{kept_long:,.0f} GB", kept_long * prices.GB_MONTH_LONG_TERM)
    metrics = sum(flow.shards * stream.metrics_per_shard for flow, stream in (*provisioned, *on_demand))
    yield Line("CloudWatch shard metrics", f"{metrics} metrics", metrics * prices.CUSTOM_METRIC_MONTH)


def _kept_gib(flow: Flow, stream: Stream, after_hours: int, until_hours: int) -> float:
    """Give how many GB of a stream are between two ages at any time."""
    gib = flow.rounded_gib(ON_DEMAND_UNIT_BYTES) if stream.on_demand else flow.gib
    return gib / HOURS * max(0, until_hours - after_hours)


def _firehose(parts: tuple[Flow, ...]) -> Iterator[Line]:
    """Price the deliveries by reference 12.2: each record is rounded up to 5 KB, whatever it comes from."""

    def billed(chosen: Callable[[Dataset], bool]) -> float:
        return sum(flow.rounded_gib(FIREHOSE_UNIT_BYTES) for flow in parts if chosen(flow.dataset))

    ingested = billed(lambda dataset: dataset.format != "iceberg")
    yield Line("Firehose ingest", f"{ingested:,.0f} GB billed", _tiered(ingested))
    iceberg = billed(lambda dataset: dataset.format == "iceberg")
    yield Line("Firehose to Iceberg", f"{iceberg:,.0f} GB billed", iceberg * prices.ICEBERG_GB)
    converted = billed(lambda dataset: dataset.converted)
    yield Line("Firehose conversion", f"{converted:,.0f} GB billed", converted * prices.CONVERSION_GB)
    partitioned = [flow for flow in parts if flow.dataset.partitioned]
    # By what is delivered, which is not rounded.
    gib, objects = sum(flow.gib for flow in partitioned), sum(flow.data_objects for flow in partitioned)
    yield Line(
        "Firehose partitioning",
        f"{gib:,.0f} GB, {objects / 1000:,.0f} k objects",
        gib * prices.PARTITIONING_GB + objects / 1000 * prices.THOUSAND_PARTITIONED_OBJECTS,
    )
    queried = sum(HOURS for flow in partitioned if flow.dataset.jq)
    yield Line("Firehose jq, at most", f"{queried} h", queried * prices.JQ_HOUR)


def _tiered(gib: float) -> float:
    """Price what is ingested by the tiers of the account, which has nothing else."""
    dollars, below = 0.0, 0.0
    for limit, price in prices.INGEST_GB:
        dollars += max(0.0, min(gib, limit) - below) * price
        below = limit
    return dollars


def _lambda(parts: tuple[Flow, ...]) -> Iterator[Line]:
    """Price the functions by reference 12.4."""
    calls = gib_seconds = dollars = 0.0
    for flow in parts:
        function = flow.dataset.transform
        if function is None:
            continue
        calls += flow.calls
        used = flow.events / 1000 * flow.load.milliseconds_per_thousand / 1000 * function.memory_mb / 1024
        gib_seconds += used
        dollars += flow.calls / 1e6 * prices.LAMBDA_MILLION_REQUESTS
        dollars += used * (prices.LAMBDA_GB_SECOND_ARM if function.arm else prices.LAMBDA_GB_SECOND_X86)
    yield Line("Lambda", f"{calls / 1e6:,.1f} M calls, {gib_seconds:,.0f} GB-s", dollars)
    logged = sum(flow.calls * flow.load.log_bytes_per_call for flow in parts) / GIB
    yield Line("CloudWatch logs", f"{logged:,.1f} GB", logged * prices.LOGS_GB_IN)


def _s3(settings: LakeSettings, parts: tuple[Flow, ...]) -> Iterator[Line]:
    """Price the buckets by reference 12.3."""
    month = sum(flow.gib * (flow.load.compression if flow.dataset.compressed else 1) for flow in parts)
    data = month * min(1, (settings.data_days or 30) / 30)
    yield Line("S3 data, a month of it", f"{data:,.0f} GB", data * prices.S3_GB_MONTH)
    raw = sum(
        flow.gib * (flow.load.compression if flow.dataset.backup.compressed else 1) * settings.raw_days / 30
        for flow in parts
        if flow.dataset.backup is not None
    )
    yield Line(f"S3 raw backup, {settings.raw_days} days", f"{raw:,.0f} GB", raw * prices.S3_GB_MONTH)
    for what, requests in (
        ("data", sum(map(_data_requests, parts))),
        ("backup", sum(map(_raw_objects, parts))),
    ):
        yield Line(
            f"S3 writes, {what}", f"{requests / 1000:,.0f} k PUT", requests / 1000 * prices.S3_THOUSAND_PUT
        )


def _data_requests(flow: Flow) -> float:
    quick = flow.dataset.interval_seconds < MULTIPART_BELOW_SECONDS
    return flow.data_objects * (MULTIPART_REQUESTS if quick else 1)


def _raw_objects(flow: Flow) -> float:
    backup = flow.dataset.backup
    return 0 if backup is None else flow.objects(flow.shards, backup.size_mb, backup.interval_seconds)


def _others(settings: LakeSettings, parts: tuple[Flow, ...]) -> Iterator[Line]:
    """Price what else there is by reference 12.4."""
    scanned = parts[0].load.scanned_gib
    yield Line("Athena queries", f"{scanned:,.0f} GB scanned", scanned / 1024 * prices.ATHENA_TB)
    if settings.compacted:
        # Each closed partition is read once.
        read = sum(flow.gib * flow.load.compression for flow in parts if flow.dataset.converted)
        yield Line("Athena compaction", f"{read:,.0f} GB scanned", read / 1024 * prices.ATHENA_TB)
    runs = sum(
        runs_in_a_month(flow.dataset.crawler_schedule) for flow in parts if flow.dataset.crawler_schedule
    )
    yield Line(
        "Glue crawlers, at least",
        f"{runs:,.0f} runs",
        runs * prices.CRAWLER_MINIMUM_HOURS * prices.CRAWLER_DPU_HOUR,
    )
    if settings.customer_key:
        yield Line("KMS", "1 key", prices.KMS_KEY_MONTH)
    if settings.monitored:
        alarms = ALARMS_OF_QUERIES + sum(_alarms(settings, dataset) for dataset in settings.datasets)
        yield Line("CloudWatch alarms", f"{alarms} alarms", alarms * prices.ALARM_MONTH)
        if settings.dashboard:
            yield Line("CloudWatch dashboard", "1 dashboard", prices.DASHBOARD_MONTH)


def _alarms(settings: LakeSettings, dataset: Dataset) -> int:
    return (
        ALARMS_OF_DELIVERY
        + (ALARMS_OF_STREAM if dataset.stream_is_here else 0)
        + (ALARMS_OF_CONVERSION if dataset.converted else 0)
        + (ALARMS_OF_TRANSFORM if dataset.transform is not None else 0)
        + (ALARMS_OF_ERRORS if settings.error_objects_counted else 0)
    )


def warnings(settings: LakeSettings, load: Load) -> tuple[str, ...]:
    """Say what the load does not fit, and what is set but has no price here."""
    said = [
        f"{flow.dataset.name}: {flow.dataset.stream.shards} shard(s) throttle this load, which fills"
        f" {flow.shards_needed}; set stream.shard_count, or mode ON_DEMAND"
        for flow in flows(settings, load)
        if flow.dataset.stream is not None
        and not flow.dataset.stream.on_demand
        and flow.dataset.stream.shards < flow.shards_needed
    ]
    missing = {
        "copies in other buckets (storage.replication)": settings.replicated,
        "QuickSight": settings.quicksight,
        "endpoints or a NAT gateway of the functions' VPC": settings.in_vpc,
        "streams that are there already": any(dataset.stream is None for dataset in settings.datasets),
    }
    left_out = [what for what, is_set in missing.items() if is_set]
    return (*said, *([f"not included: {', '.join(left_out)}"] if left_out else []))
