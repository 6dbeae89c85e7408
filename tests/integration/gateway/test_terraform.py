"""The real provider creates, changes and destroys delivery streams, and reads everything back without drift."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts import terraform_cli
from tests.gateway_fixture import unique
from tests.payloads.check import operations
from tests.payloads.recorder import Recorder, recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway_fixture import LocalAws

_STACK = Path(__file__).parent / "terraform" / "main.tf"
_NO_CHANGES, _FAILED = 0, 1


@pytest.fixture
def recording(local_aws: LocalAws) -> Iterator[Recorder]:
    with recorder(local_aws.settings.port) as made:
        yield made


@pytest.fixture
def terraform(
    local_aws: LocalAws, recording: Recorder, tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a Terraform command on a copy of the stack against the local AWS."""
    name = unique("tf")
    s3, kinesis = local_aws.clients.client("s3"), local_aws.clients.client("kinesis")
    s3.create_bucket(Bucket=name)
    s3.create_bucket(Bucket=f"{name}-raw")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    stream_arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    key_arn = local_aws.clients.client("kms").create_key()["KeyMetadata"]["Arn"]
    shutil.copy(_STACK, tmp_path)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))},
        **terraform_cli.environment(),
        "AWS_ENDPOINT_URL": recording.endpoint,
        "TF_IN_AUTOMATION": "1",
        "TF_VAR_name": name,
        "TF_VAR_stream_arn": stream_arn,
        "TF_VAR_key_arn": key_arn,
    }

    def run(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [terraform_cli.binary(), f"-chdir={tmp_path}", command, "-no-color", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    initialised = run("init", "-input=false")
    assert initialised.returncode == 0, initialised.stdout + initialised.stderr
    return run


def test_every_option_is_read_back_as_it_was_set(
    local_aws: LocalAws, recording: Recorder, terraform: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    def succeed(command: str, *arguments: str) -> None:
        done = terraform(command, *arguments)
        assert done.returncode == _NO_CHANGES, done.stdout + done.stderr

    for second in ("-var=second=false", "-var=second=true"):
        succeed("apply", "-auto-approve", "-input=false", second)
        succeed("plan", "-detailed-exitcode", "-input=false", second)
    firehose = local_aws.clients.client("firehose")
    names = [
        name for name in firehose.list_delivery_streams(Limit=10000)["DeliveryStreamNames"] if "tf-" in name
    ]
    versions = {
        name.rsplit("-", 1)[-1]: firehose.describe_delivery_stream(DeliveryStreamName=name)[
            "DeliveryStreamDescription"
        ]["VersionId"]
        for name in names
    }
    assert versions == {"everything": "2", "orc": "2", "query": "2", "defaults": "2", "logs": "2"}, (
        "all were changed in place"
    )
    succeed("destroy", "-auto-approve", "-input=false", "-var=second=true")
    left = firehose.list_delivery_streams(Limit=10000)["DeliveryStreamNames"]
    assert [name for name in left if "tf-" in name] == []
    # And all of it is what the services' models allow.
    assert operations(recording.sent) >= {
        "firehose:CreateDeliveryStream",
        "firehose:UpdateDestination",
        "firehose:StartDeliveryStreamEncryption",
        "firehose:TagDeliveryStream",
        "firehose:DeleteDeliveryStream",
    }
