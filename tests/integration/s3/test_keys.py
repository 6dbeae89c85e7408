"""Keys of objects that are no names of files: each is stored as it is, inside the data folder and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

KEYS = [
    *(
        "..",
        "../escaped",
        "../../../../escaped",
        "a/../b",
        "a/../../../escaped",
        "./x",
        "/escaped",
        "a//b",
        "a/",
    ),
    *("a\x00b", "a\r\nb", "f", "f/g", "k" * 256, "k" * 1024, "d/" + "s" * 300 + "/k", "\u00e9" * 512),
]


@pytest.fixture
def bucket(local_aws: LocalAws) -> str:
    name = unique("keys")
    local_aws.clients.client("s3").create_bucket(Bucket=name)
    return name


def test_a_key_never_leaves_its_bucket(local_aws: LocalAws, bucket: str) -> None:
    s3: Any = local_aws.clients.client("s3")
    for number, key in enumerate(KEYS):
        s3.put_object(Bucket=bucket, Key=key, Body=_body(bucket, number))
    for number, key in enumerate(KEYS):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == _body(bucket, number)
    assert {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]} == set(KEYS)
    folder = local_aws.settings.ministack_dir / "s3" / local_aws.settings.account_id / bucket
    # The bodies are in the bucket's folder, all of them, and nowhere else in the state folder or above it.
    bodies = {_body(bucket, number) for number in range(len(KEYS))}
    assert _found(folder, bodies) == bodies
    outside = [path for path in _files(local_aws.settings.state_dir.parent) if folder not in path.parents]
    assert not [path for path in outside if path.stat().st_size < 200 and path.read_bytes() in bodies]


@pytest.mark.parametrize("key", ["k" * 1025, "\u00e9" * 513])
def test_longer_keys_are_refused(local_aws: LocalAws, bucket: str, key: str) -> None:
    s3: Any = local_aws.clients.client("s3")
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x" * 2_000_000)
    assert refused.value.response["Error"]["Code"] == "KeyTooLongError"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def _body(bucket: str, number: int) -> bytes:
    return f"the object {number} of {bucket}".encode()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _found(folder: Path, bodies: set[bytes]) -> set[bytes]:
    return {path.read_bytes() for path in _files(folder)} & bodies
