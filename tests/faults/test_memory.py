"""A delivery stream that fails again and again with full buffers: its memory stays within its bound.

Each run prints the largest memory of the engine's processes in every life of the stream.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from local_aws.delivery.kinesis import BYTES_PER_CALL
from tests.faults.engine import EngineProcess
from tests.integration.delivery.stream import Pipeline
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
LIMIT_MIB = 32
LIVES = 7
RECORDS = 12_000
PAD_BYTES = 5_000
# Larger than the checkpoint becomes, smaller than any object of a buffer that is full.
LARGEST_FILE_BYTES = MIB
RESTARTED = "starts again in"


class LargeBuffers(Pipeline):
    """Nothing is delivered before memory is short; a jq query beside the function."""

    def request(self) -> dict[str, Any]:
        request = super().request()
        destination = request["ExtendedS3DestinationConfiguration"]
        hints = {"SizeInMBs": 128, "IntervalInSeconds": 900}
        destination["BufferingHints"] = hints
        destination["S3BackupConfiguration"]["BufferingHints"] = hints
        destination["Prefix"] = "data/kind=!{partitionKeyFromLambda:kind}/m=!{partitionKeyFromQuery:m}/"
        values = {"MetadataExtractionQuery": "{m: (.id % 3 | tostring)}", "JsonParsingEngine": "JQ-1.6"}
        parameters = [{"ParameterName": name, "ParameterValue": value} for name, value in values.items()]
        destination["ProcessingConfiguration"]["Processors"].append(
            {"Type": "MetadataExtraction", "Parameters": parameters}
        )
        return request

    def fill(self) -> None:
        kinesis: Any = self.aws.clients.client("kinesis")
        dice = random.Random(9)
        for first in range(0, RECORDS, 250):
            records = [
                {
                    "Data": json.dumps({"id": number, "pad": dice.randbytes(PAD_BYTES // 2).hex()}).encode(),
                    "PartitionKey": str(number),
                }
                for number in range(first, first + 250)
            ]
            assert kinesis.put_records(StreamName=self.stream, Records=records)["FailedRecordCount"] == 0


def test_a_stream_that_fails_again_and_again_keeps_within_its_memory(
    make_local_aws: Callable[..., LocalAws],
) -> None:
    aws = make_local_aws(delivery=False)
    engine = EngineProcess(aws.settings, buffer_mib=LIMIT_MIB)
    try:
        pipeline = LargeBuffers(aws)
        engine.start()
        wait_until(lambda: pipeline.status() is not None, "the stream runs")
        before_mib = memory_mib(engine)
        engine.process.rlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, resource.RLIM_INFINITY))
        pipeline.fill()
        lives = watch(engine)
        sys.stdout.write(f"before {before_mib:.0f} MiB, lives {[round(life) for life in lives]}\n")
        assert "cannot be written" in engine.text()
        # An answer of the source is there several times while it is read; a life that kept its buffers would add them.
        assert max(lives) < before_mib + 5 * (LIMIT_MIB + BYTES_PER_CALL / MIB) + 60
        engine.process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        pipeline.wait_until_read(RECORDS)
        assert engine.stop() == 0
        contents = pipeline.contents()
        assert sorted(contents.rows) == list(range(RECORDS))
        assert sorted(contents.ids_in_backup()) == list(range(RECORDS))
    finally:
        engine.close()


def watch(engine: EngineProcess) -> list[float]:
    """Return the largest memory of each life of the stream, from one failure to the next."""
    lives = [0.0]
    deadline = time.monotonic() + 5 * LIMIT_SECONDS
    while len(lives) <= LIVES:
        assert time.monotonic() < deadline, engine.text()[-3000:]
        if engine.text().count(RESTARTED) >= len(lives):
            lives.append(0.0)
        lives[-1] = max(lives[-1], memory_mib(engine))
        time.sleep(0.1)
    return lives[:LIVES]


def memory_mib(engine: EngineProcess) -> float:
    """Return what the engine and its workers hold."""
    total = 0
    for one in (engine.process, *engine.process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / MIB
