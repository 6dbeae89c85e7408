"""Reference 3.6: extension and headers of converted objects and of error objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.delivery.conversion.format_config import OrcOptions
from tests.unit.delivery.support import (
    ERROR_PREFIX,
    Rig,
    converting,
    describe,
    lambda_processor,
    processing,
)

if TYPE_CHECKING:
    from pathlib import Path

DATA: dict[str, Any] = {"Prefix": "data/", "ErrorOutputPrefix": ERROR_PREFIX}


def test_3_6_an_orc_object(tmp_path: Path) -> None:
    settings = converting()
    settings["DataFormatConversionConfiguration"]["OutputFormatConfiguration"] = {
        "Serializer": {"OrcSerDe": {}}
    }
    rig = Rig(tmp_path, describe(**DATA, **settings))
    rig.put(b'{"n": 1}')
    rig.drain()
    (key,) = rig.names("lake/data/")
    assert key.endswith(".orc")
    assert rig.s3.objects[key]["ContentType"] == "application/octet-stream"
    assert rig.s3.objects[key]["Body"][:3] == b"ORC"


def test_4_3_orc_defaults() -> None:
    mib = 1024 * 1024
    assert OrcOptions() == OrcOptions(
        "SNAPPY", 64 * mib, 256 * mib, 10_000, False, 0.05, (), 0.05, None, "V0_12"
    )


@pytest.mark.parametrize("compression", ["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"])
def test_3_6_an_error_object_has_neither_extension_nor_compression(tmp_path: Path, compression: str) -> None:
    description = describe(
        **DATA,
        **processing(lambda_processor()),
        CompressionFormat=compression,
        FileExtension=".jsonl",
    )
    rig = Rig(tmp_path, description, handler=lambda _: {"records": []})
    rig.put(b"a", b"b")
    rig.drain()
    (key,) = rig.names()
    request = rig.s3.objects[key]
    assert "." not in key.rpartition("/")[2]
    assert "ContentEncoding" not in request
    assert request["ContentType"] == "application/octet-stream"
    assert len(rig.documents()) == 2
    assert request["Body"].endswith(b"}\n")


def test_3_6_an_extension_of_ones_own_replaces_that_of_a_converted_object(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **converting(), FileExtension=".pq"))
    rig.put(b'{"n": 1}')
    rig.drain()
    (key,) = rig.names()
    assert key.endswith(".pq")
    assert rig.s3.objects[key]["Body"][:4] == b"PAR1"
