"""A disk that is full, an engine that hangs: nothing acknowledged is lost, and nobody says that it is safe.

The state folder is on a small file system in memory. Each run prints what was acknowledged and what is there.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from botocore.exceptions import ClientError

from local_aws import process
from local_aws.config import Settings
from tests.gateway_fixture import LocalAws, free_port
from tests.integration.delivery.stream import Pipeline
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
RESERVE_MIB = 24


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 96 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(folder)], check=True)
    yield folder
    wait_until(lambda: subprocess.run(["umount", str(folder)], check=False).returncode == 0, "it is free")


def start(disk: Path, reserve_mib: int) -> LocalAws:
    made = Settings(port=free_port(), state_dir=disk / "state", disk_reserve_mib=reserve_mib)
    aws = LocalAws(made)
    aws.start()
    return aws


def fill(disk: Path, leave_bytes: int) -> Path:
    """Leave so much free space, while others write there too."""
    path = disk / "filler"

    def is_filled() -> bool:
        found = os.statvfs(disk)
        try:
            with path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - leave_bytes)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return False
        return True

    wait_until(is_filled, "the disk is full")
    return path


def end(aws: LocalAws) -> None:
    process.down(aws.settings, 2 * LIMIT_SECONDS)
    aws.clients.close()


def test_below_the_reserve_writes_are_refused_and_nothing_acknowledged_is_lost(disk: Path) -> None:
    aws = start(disk, RESERVE_MIB)
    try:
        pipeline = Pipeline(aws, interval_seconds=2)
        pipeline.put(range(2000))
        filler = fill(disk, (RESERVE_MIB - 8) * MIB)
        kinesis: Any = aws.clients.client("kinesis")
        with pytest.raises(ClientError, match="kept in reserve") as refused:
            kinesis.put_record(StreamName=pipeline.stream, Data=b"{}", PartitionKey="k")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        s3: Any = aws.clients.client("s3")
        with pytest.raises(ClientError, match="ServiceUnavailable"):
            s3.put_object(Bucket=pipeline.bucket, Key="k", Body=b"x")
        assert s3.list_objects_v2(Bucket=pipeline.bucket)["KeyCount"] >= 0
        wait_until(lambda: (process.health(aws.settings) or {})["problems"], "it is told")
        assert aws.command("status").returncode == 1
        assert "kept in reserve" in aws.command("status").stdout
        filler.unlink()
        pipeline.put(range(2000, 3000))
        aws.command("down")
        aws.start()
        contents = pipeline.contents()
        report("reserve", range(3000), contents.rows)
    finally:
        end(aws)


def test_a_disk_that_is_full_to_the_last_byte(disk: Path) -> None:
    """Without a reserve: MiniStack's writes fail, and the engine and the commands do not believe it."""
    aws = start(disk, 0)
    try:
        pipeline = Pipeline(aws, interval_seconds=2)
        time.sleep(2)
        filler = fill(disk, 0)
        s3: Any = aws.clients.client("s3")
        with pytest.raises(ClientError, match="could not be written"):
            s3.put_object(Bucket=pipeline.bucket, Key="mine", Body=b"x" * MIB)
        pipeline.put(range(1000))
        wait_until(lambda: (process.health(aws.settings) or {})["problems"], "it is told")
        status = aws.command("status", "--output", "json")
        assert status.returncode == 1
        assert json.loads(status.stdout)["status"] == "degraded"
        filler.unlink()
        s3.delete_object(Bucket=pipeline.bucket, Key="mine")
        pipeline.put(range(1000, 2000))
        contents = pipeline.wait_for(2000)
        stopped = aws.command("down")
        assert stopped.returncode == 0, stopped.stdout
        aws.start()
        contents = pipeline.contents()
        report("full", range(2000), contents.rows)
    finally:
        end(aws)


def test_a_stop_that_could_not_save_says_so(disk: Path) -> None:
    aws = start(disk, 0)
    try:
        Pipeline(aws)
        time.sleep(2)
        fill(disk, 0)
        stopped = aws.command("down")
        assert stopped.returncode == 1
        assert "flushed, saved and stopped" not in stopped.stdout
        (disk / "filler").unlink()
        started = aws.command("up")
        assert "Note: " in started.stdout
    finally:
        end(aws)


def test_an_engine_that_hangs_is_told_killed_and_started_again(tmp_path: Path) -> None:
    aws = start(tmp_path, 0)
    try:
        pipeline = Pipeline(aws)
        pipeline.put(range(100))
        pipeline.wait_for(100)
        engine = engine_of(aws)
        engine.send_signal(signal.SIGSTOP)
        pipeline.put(range(100, 300))
        wait_until(
            lambda: (process.health(aws.settings) or {})["delivery"]["state"] == "stalled",
            "it is stalled",
            LIMIT_SECONDS,
        )
        told = aws.command("status")
        assert (told.returncode, "stalled" in told.stdout) == (1, True)
        wait_until(lambda: not psutil.pid_exists(engine.pid), "it is killed", 3 * LIMIT_SECONDS)
        contents = pipeline.wait_for(300)
        report("hung", range(300), contents.rows)
        wait_until(lambda: aws.command("status").returncode == 0, "all is well again")
        engine_of(aws).send_signal(signal.SIGSTOP)
        time.sleep(12)
        stopped = aws.command("down")
        assert stopped.returncode == 1
        assert "had not flushed" in stopped.stdout
    finally:
        end(aws)


def engine_of(aws: LocalAws) -> psutil.Process:
    pid = (process.health(aws.settings) or {})["delivery"]["pid"]
    assert pid is not None
    return psutil.Process(pid)


def report(name: str, acknowledged: range, rows: list[int]) -> None:
    missing = set(acknowledged) - set(rows)
    twice = len(rows) - len(set(rows))
    counts = f"acknowledged {len(acknowledged)} rows {len(rows)} missing {len(missing)} twice {twice}"
    sys.stdout.write(f"{name}: {counts}\n")
    assert (len(missing), twice) == (0, 0)
