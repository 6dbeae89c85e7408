"""Reference 3.1 to 3.6: where an object goes, what it is called, and its headers."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import snappy

from local_aws.delivery.config import parse
from local_aws.delivery.objects import local_time
from local_aws.delivery.prefix import PrefixEvaluator
from tests.unit.delivery.support import (
    ERROR_PREFIX,
    ManualClock,
    Rig,
    converting,
    describe,
    epoch_ms,
    lambda_processor,
    processing,
)

if TYPE_CHECKING:
    from pathlib import Path

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def deliver(folder: Path, arrivals: list[str], *, flushed: str, **destination: Any) -> Rig:
    """Deliver one record for each of `arrivals`, at the moment `flushed`."""
    rig = Rig(folder, describe(**destination), clock=ManualClock(epoch_ms(arrivals[0])))
    for arrival in arrivals:
        rig.put(b"x", arrivals_ms=[epoch_ms(arrival)])
    rig.clock.elapsed_ms = epoch_ms(flushed) - rig.clock.start_ms
    rig.drain()
    return rig


def test_vector_1_a_prefix_without_expression_gets_the_date_path_and_no_slash(tmp_path: Path) -> None:
    rig = deliver(tmp_path, ["2026-07-13T14:59:58Z"], flushed="2026-07-13T15:01:00Z", Prefix="legacy")
    (key,) = rig.names()
    assert re.fullmatch(rf"lake/legacy2026/07/13/14/orders-1-2026-07-13-14-59-58-{UUID}", key)


def test_vector_2_the_oldest_record_names_the_object(tmp_path: Path) -> None:
    prefix = "data/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"
    arrivals = ["2026-07-13T10:59:59Z", "2026-07-13T11:00:30Z"]
    rig = deliver(
        tmp_path, arrivals, flushed="2026-07-13T11:00:40Z", Prefix=prefix, ErrorOutputPrefix=ERROR_PREFIX
    )
    (key,) = rig.names()
    assert key.startswith("lake/data/dt=2026-07-13/hour=10/")
    assert rig.body("") == b"xx"


@pytest.mark.parametrize(
    ("prefix", "start"),
    [
        (None, "2026/07/13/14/"),
        ("", "2026/07/13/14/"),
        ("a/", "a/2026/07/13/14/"),
        ("!{timestamp:yyyy}/", "2026/"),
        ("a/!{timestamp:yyyy/MM}-", "a/2026/07-"),
        ("!{timestamp:'year='yyyy}/", "year=2026/"),
    ],
)
def test_3_3_the_date_path_is_only_for_prefixes_without_any_expression(
    tmp_path: Path, prefix: str | None, start: str
) -> None:
    rig = deliver(
        tmp_path,
        ["2026-07-13T14:59:58Z"],
        flushed="2026-07-13T15:01:00Z",
        ErrorOutputPrefix=ERROR_PREFIX,
        Prefix=prefix,
    )
    (key,) = rig.names()
    assert key.startswith(f"lake/{start}orders-1-2026-07-13-14-59-58-")


def test_3_3_a_prefix_with_only_a_random_string_gets_no_date_path(tmp_path: Path) -> None:
    rig = deliver(
        tmp_path,
        ["2026-07-13T14:00:00Z"],
        flushed="2026-07-13T14:00:00Z",
        Prefix="!{firehose:random-string}/!{firehose:random-string}/",
        ErrorOutputPrefix=ERROR_PREFIX,
    )
    (key,) = rig.names()
    match = re.fullmatch(rf"lake/([A-Za-z0-9]{{11}})/([A-Za-z0-9]{{11}})/orders-1-[-0-9]{{19}}-{UUID}", key)
    assert match is not None
    assert match[1] != match[2]


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("America/New_York", "2026/07/13/10/orders-1-2026-07-13-10-30-00-"),
        ("Asia/Kolkata", "2026/07/13/20/orders-1-2026-07-13-20-00-00-"),
        ("", "2026/07/13/14/orders-1-2026-07-13-14-30-00-"),
    ],
)
def test_3_1_the_time_zone_counts_for_prefix_and_name(tmp_path: Path, zone: str, start: str) -> None:
    arrival = "2026-07-13T14:30:00Z"
    rig = deliver(tmp_path, [arrival], flushed=arrival, CustomTimeZone=zone)
    (key,) = rig.names()
    assert key.startswith(f"lake/{start}")


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-03-08T06:59:59Z", "2026-03-08 01"),  # the hour before New York's clocks go forward
        ("2026-03-08T07:00:00Z", "2026-03-08 03"),
        ("2026-11-01T05:30:00Z", "2026-11-01 01"),  # the same hour twice
        ("2026-11-01T06:30:00Z", "2026-11-01 01"),
        ("2028-02-29T23:59:59Z", "2028-02-29 18"),
    ],
)
def test_3_1_clock_changes_and_leap_days(instant: str, expected: str) -> None:
    assert f"{local_time(epoch_ms(instant), 'America/New_York'):%Y-%m-%d %H}" == expected


@pytest.mark.parametrize(
    ("destination", "start"),
    [
        ({"ErrorOutputPrefix": "e/!{firehose:error-output-type}/"}, "e/processing-failed/orders-1-"),
        (
            {"ErrorOutputPrefix": "e/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"},
            "e/processing-failed/2026/07/13/14/orders-1-",
        ),
        (
            {"ErrorOutputPrefix": "!{firehose:error-output-type}-!{firehose:error-output-type}/"},
            "processing-failed-processing-failed/orders-1-",
        ),
        ({"Prefix": "p/"}, "p/processing-failed/2026/07/13/14/orders-1-"),
        # AWS says nothing about a static one; here it gets the date path, as a prefix does.
        ({"ErrorOutputPrefix": "static/"}, "static/2026/07/13/14/orders-1-"),
    ],
)
def test_3_3_error_prefixes(tmp_path: Path, destination: dict[str, Any], start: str) -> None:
    arrival = "2026-07-13T14:59:58Z"
    rig = Rig(
        tmp_path,
        describe(**destination, **processing(lambda_processor())),
        handler=lambda _: {},
        clock=ManualClock(epoch_ms(arrival)),
    )
    rig.put(b"x")
    rig.drain()
    (key,) = rig.names()
    assert key.startswith(f"lake/{start}")


def test_3_5_the_version_is_in_the_name(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(version=7))
    rig.put(b"x")
    rig.drain()
    assert "/orders-7-2026-07-13-12-00-00-" in rig.names()[0]


def _unxerial(data: bytes) -> bytes:
    assert data.startswith(b"\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01")
    out, position = b"", 16
    while position < len(data):
        (length,) = struct.unpack_from(">i", data, position)
        out += snappy.uncompress(data[position + 4 : position + 4 + length])
        position += 4 + length
    return out


def _unhadoop(data: bytes) -> bytes:
    out, position = b"", 0
    while position < len(data):
        raw_length, length = struct.unpack_from(">ii", data, position)
        block = snappy.uncompress(data[position + 8 : position + 8 + length])
        assert len(block) == raw_length
        out += block
        position += 8 + length
    return out


def _unzip(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (entry,) = archive.infolist()
        assert re.fullmatch(UUID, entry.filename)
        assert entry.compress_type == zipfile.ZIP_DEFLATED
        return archive.read(entry)


@pytest.mark.parametrize(
    ("compression", "extension", "encoding", "read"),
    [
        ("UNCOMPRESSED", "", None, bytes),
        ("GZIP", ".gz", "gzip", gzip.decompress),
        ("ZIP", ".zip", "zip", _unzip),
        ("Snappy", ".snappy", "snappy-java", _unxerial),
        ("HADOOP_SNAPPY", ".snappy", "hadoop-snappy", _unhadoop),
    ],
)
def test_3_6_compressions(
    tmp_path: Path, compression: str, extension: str, encoding: str | None, read: Any
) -> None:
    rig = Rig(tmp_path, describe(CompressionFormat=compression))
    records = [b"%06d," % n for n in range(100_000)]
    rig.put(*records)
    rig.drain()
    (key,) = rig.names()
    assert re.fullmatch(rf".*{UUID}{re.escape(extension)}", key)
    request = rig.s3.objects[key]
    assert read(request["Body"]) == b"".join(records)
    assert request["ContentType"] == "application/octet-stream"
    assert request.get("ContentEncoding") == encoding


def test_3_6_a_file_extension_replaces_the_default(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(CompressionFormat="GZIP", FileExtension=".json.gz"))
    rig.put(b"{}")
    rig.drain()
    (key,) = rig.names()
    assert re.fullmatch(rf".*{UUID}\.json\.gz", key)
    assert rig.s3.objects[key]["ContentEncoding"] == "gzip"


def test_3_6_a_converted_object_has_the_measured_header(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**converting()))
    rig.put(b'{"n": 1}')
    rig.drain()
    (key,) = rig.names()
    assert key.endswith(".parquet")
    request = rig.s3.objects[key]
    assert request["ContentEncoding"] == "hadoop-snappy"
    assert request["Body"][:4] == request["Body"][-4:] == b"PAR1"


def test_3_6_records_are_joined_without_a_delimiter(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe())
    rig.put(b'{"a":1}', b"", b'{"b":2}\n', b"\x00\xff")
    rig.drain()
    assert rig.body("") == b'{"a":1}{"b":2}\n\x00\xff'


def test_3_1_an_encrypted_destination_says_so(tmp_path: Path) -> None:
    key_arn = "arn:aws:kms:us-east-1:000000000000:key/k"
    encryption = {"KMSEncryptionConfig": {"AWSKMSKeyARN": key_arn}}
    rig = Rig(tmp_path, describe(EncryptionConfiguration=encryption))
    rig.put(b"x")
    rig.drain()
    (request,) = rig.s3.objects.values()
    assert (request["ServerSideEncryption"], request["SSEKMSKeyId"]) == ("aws:kms", key_arn)


def test_3_1_partition_keys_are_those_of_the_prefix_in_order() -> None:
    prefix = "!{partitionKeyFromLambda:b}/!{partitionKeyFromQuery:a}/!{partitionKeyFromLambda:b}/"
    config = parse(describe(Prefix=prefix, ErrorOutputPrefix=ERROR_PREFIX))
    evaluator = PrefixEvaluator(config.destination)
    assert [(key.source, key.name) for key in evaluator.partition_keys] == [("lambda", "b"), ("query", "a")]
    assert evaluator.prefix(0, ("B", "A")) == "B/A/B/"
