"""What the provider sends for each example is what the services' models allow, request by request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local_aws.config import Settings
from scripts import package_transform
from scripts.paths import SCHEMAS, TERRAFORM
from tests.e2e.catalog_stack import Configuration
from tests.gateway_fixture import LocalAws, free_port
from tests.payloads.check import operations
from tests.payloads.recorder import Sent, recorder

pytestmark = pytest.mark.slow

ACCOUNT = "000000000000"
ACCESS_LOGS = "examples-access-logs"
COPIES = "copies-of-raw"
# Both accounts of the example are the one that the local AWS has.
_DEPLOYER = json.dumps({"id": ACCOUNT, "deployer_role_arn": f"arn:aws:iam::{ACCOUNT}:role/deployer"})

# What every example makes: three buckets with all their settings, a database with tables, a role.
LAKE = frozenset(
    {
        "s3:CreateBucket",
        "s3:PutBucketEncryption",
        "s3:PutBucketLifecycleConfiguration",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutPublicAccessBlock",
        "glue:CreateDatabase",
        "glue:CreateTable",
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "sts:GetCallerIdentity",
    }
)
DELIVERY = frozenset(
    {
        "firehose:CreateDeliveryStream",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutRetentionPolicy",
    }
)
STREAM = frozenset(
    {"kinesis:CreateStream", "kinesis:IncreaseStreamRetentionPeriod", "kinesis:StartStreamEncryption"}
)
KEY = frozenset({"kms:CreateKey", "kms:CreateAlias", "kms:EnableKeyRotation"})
QUERY = frozenset({"athena:CreateWorkGroup", "athena:CreateNamedQuery"})


@dataclass(frozen=True)
class Example:
    """How an example is applied and what it has to send; `refusal` is why the local AWS does not take it whole."""

    operations: frozenset[str]
    variables: Mapping[str, str] = field(default_factory=dict)
    refusal: str | None = None


EXAMPLES = {
    "minimal": Example(LAKE | DELIVERY | STREAM | QUERY | {"lambda:CreateFunction"}),
    "complete": Example(
        LAKE
        | DELIVERY
        | STREAM
        | KEY
        | QUERY
        | {
            "budgets:CreateBudget",
            "budgets:CreateNotification",
            "cloudwatch:PutDashboard",
            "cloudwatch:PutMetricAlarm",
            "kinesis:EnableEnhancedMonitoring",
            "kinesis:PutResourcePolicy",
            "kinesis:RegisterStreamConsumer",
            "lambda:CreateFunction",
            "s3:PutBucketLogging",
            "s3:PutBucketMetricsConfiguration",
            "s3:PutBucketReplication",
            "sns:CreateTopic",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
        },
        {
            "access_log_bucket": ACCESS_LOGS,
            "alarm_emails": '["data@example.org"]',
            "copies": f'{{bucket = "{COPIES}", kms_key_arn = "arn:aws:kms:us-east-1:000000000000:key/copies"}}',
            "partner_role_arns": '["arn:aws:iam::444455556666:role/partner"]',
            "permissions_boundary_arn": "arn:aws:iam::aws:policy/PowerUserAccess",
        },
    ),
    "no_transform": Example(LAKE | DELIVERY | STREAM),
    "direct_put": Example(LAKE | DELIVERY | KEY | {"firehose:StartDeliveryStreamEncryption"}),
    "crawler": Example(LAKE | QUERY | {"glue:CreateCrawler", "athena:CreatePreparedStatement"}),
    "iceberg": Example(
        LAKE | DELIVERY | STREAM | KEY,
        # The local S3 takes no bucket whose name begins with iceberg.
        {"name": "table-lake"},
        refusal="the local Firehose does not deliver to Iceberg tables yet",
    ),
    "cross_account": Example(
        LAKE | DELIVERY | STREAM | KEY | {"kinesis:PutResourcePolicy", "sts:AssumeRole"},
        {"source_account": _DEPLOYER, "lake_account": _DEPLOYER},
    ),
}


@dataclass(frozen=True)
class Applied:
    """What Terraform said and sent when an example was applied."""

    output: str
    sent: tuple[Sent, ...]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    settings = Settings(
        port=free_port(), state_dir=tmp_path_factory.mktemp("payloads") / "state", delivery_enabled=False
    )
    instance = LocalAws(settings)
    instance.start()
    s3 = instance.clients.client("s3")
    for bucket in (ACCESS_LOGS, COPIES):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=COPIES, VersioningConfiguration={"Status": "Enabled"})
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture(scope="module")
def applied(local: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Applied]:
    """Apply all examples side by side: most of the time each waits for what the provider waits for."""
    packages = tmp_path_factory.mktemp("packages")
    package_transform.pack(SCHEMAS, packages)

    def apply(name: str) -> Applied:
        return _apply(name, local, packages, tmp_path_factory.mktemp(name))

    with ThreadPoolExecutor(len(EXAMPLES)) as pool:
        return dict(zip(EXAMPLES, pool.map(apply, EXAMPLES), strict=True))


def _apply(name: str, local: LocalAws, packages: Path, folder: Path) -> Applied:
    example = EXAMPLES[name]
    variables = {"region": local.settings.region, **example.variables}
    if name in ("minimal", "complete"):
        variables["packages_dir"] = str(packages)
    with recorder(local.settings.port) as recording:
        stack = Configuration(folder, recording, folder=f"examples/{name}", variables=variables)
        stack.terraform("init", "-input=false", "-no-color")
        output = stack.terraform(
            *("apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=20"),
            allow=(1 if example.refusal else 0,),
        )
        return Applied(output, tuple(recording.sent))


def test_every_example_is_in_the_table() -> None:
    assert set(EXAMPLES) == {path.parent.name for path in TERRAFORM.glob("examples/*/main.tf")}


@pytest.mark.parametrize("name", EXAMPLES)
def test_payloads_of_the_example(name: str, applied: dict[str, Applied]) -> None:
    example, done = EXAMPLES[name], applied[name]
    missing = example.operations - operations(done.sent)
    assert missing == set(), f"not sent by {name}"
    if example.refusal is not None:
        # The whole text, as it comes over a line's end of Terraform's.
        assert example.refusal in " ".join(done.output.split()), done.output
