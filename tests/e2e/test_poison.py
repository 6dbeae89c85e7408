"""The poison is what it claims to be: the good record passes the packaged transform, each bad one does not."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from scripts import package_transform
from tests.e2e import poison

CALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
from lambda_transform.handler import handler
print(json.dumps(handler(json.load(sys.stdin), None)))
"""


def test_only_the_good_record_passes(tmp_path: Path) -> None:
    package_transform.main(["--dataset", "events", "--out", str(tmp_path)])
    zipfile.ZipFile(tmp_path / "events.zip").extractall(tmp_path / "unpacked")
    records = {"good": json.dumps(poison.GOOD).encode(), **poison.KINDS}
    event = {
        "invocationId": "i",
        "deliveryStreamArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/d",
        "region": "us-east-1",
        "records": [
            {"recordId": name, "data": base64.b64encode(record).decode(), "approximateArrivalTimestamp": 1}
            for name, record in records.items()
        ],
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CALL, str(tmp_path / "unpacked")],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
    )
    results = {one["recordId"]: one["result"] for one in json.loads(done.stdout.splitlines()[-1])["records"]}
    assert results == {"good": "Ok", **dict.fromkeys(poison.KINDS, "ProcessingFailed")}


def test_every_record_is_different() -> None:
    made = list(poison.records(2 * len(poison.KINDS)))
    assert len(set(made)) == len(made) == 2 * len(poison.KINDS)
