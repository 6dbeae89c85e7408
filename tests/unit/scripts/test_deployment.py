from __future__ import annotations

from pathlib import Path

import pytest

from scripts import deployment
from scripts.errors import NotDeployedError, UsageError
from scripts.targets import Target

TARGET = Target("local", "local", "http://127.0.0.1:4566", "000000000000", "us-east-1")
DATASET = {
    "stream_name": "s",
    "stream_arn": "arn",
    "delivery_stream_name": "d",
    "delivery_stream_arn": "arn",
    "table_name": "events",
    "function_name": "f",
    "data_prefix": "data/events/",
    "error_prefix": "errors/events/",
    "raw_prefix": "events/",
    "data_location": "s3://b/data/events/",
    "error_location": "s3://b/errors/events/",
    "raw_location": "s3://r/events/",
    "partition_keys": ["event_type"],
    "log_group": "/aws/lambda/f",
}
OUTPUTS = {
    "target": "aws",
    "environment": "dev",
    "region": "us-east-1",
    "account_id": "111122223333",
    "database": "db",
    "workgroup": "wg",
    "data_bucket": "b",
    "raw_bucket": "r",
    "results_bucket": "q",
    "named_queries": {"events_recent": "1"},
    "datasets": {"events": DATASET},
    "something_new": True,
}


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    deployment.write_record(TARGET, tmp_path)
    assert deployment.read_record(tmp_path) == TARGET
    link = tmp_path / "environment.auto.tfvars"
    assert link.is_symlink()
    assert str(link.readlink()) == "environments/local.tfvars"
    deployment.write_record(Target("aws", "prod", None, "111122223333", "eu-west-1"), tmp_path)
    assert str(link.readlink()) == "environments/prod.tfvars"
    assert deployment.read_record(tmp_path).endpoint is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"target": "local"}'])
def test_a_damaged_record_says_what_to_do(content: str, tmp_path: Path) -> None:
    (tmp_path / deployment.RECORD).write_text(content, encoding="utf-8")
    with pytest.raises(NotDeployedError, match=r"cannot be read.*make deploy"):
        deployment.read_record(tmp_path)


def test_no_record(tmp_path: Path) -> None:
    with pytest.raises(NotDeployedError, match="make deploy"):
        deployment.read_record(tmp_path)


def test_outputs_are_typed_and_unknown_ones_ignored() -> None:
    outputs = deployment.parse_outputs(OUTPUTS)
    assert outputs.endpoint is None
    assert outputs.dataset("events").partition_keys == ("event_type",)
    with pytest.raises(UsageError, match="DATASET=nothing: not deployed; deployed are: events"):
        outputs.dataset("nothing")
