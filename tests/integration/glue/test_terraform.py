"""The real provider creates, changes and destroys crawlers, and reads everything back without drift."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts import terraform_cli
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws

    Terraform = Callable[..., None]

_STACK = Path(__file__).parent / "terraform" / "main.tf"
_CRAWLERS = ("catalog", "defaults", "everything", "new-folders")


@pytest.fixture
def name() -> str:
    return unique("tf-crawl")


@pytest.fixture
def terraform(local_aws: LocalAws, tmp_path: Path, name: str) -> Terraform:
    """Run a Terraform command on a copy of the stack against the local AWS; fail the test when it fails."""
    local_aws.clients.client("s3").create_bucket(Bucket=name)
    shutil.copy(_STACK, tmp_path)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))},
        **terraform_cli.environment(),
        "AWS_ENDPOINT_URL": local_aws.endpoint,
        "TF_IN_AUTOMATION": "1",
        "TF_VAR_name": name,
    }
    environment.setdefault("GOGC", "400")

    def run(command: str, *arguments: str) -> None:
        done = subprocess.run(
            [terraform_cli.binary(), f"-chdir={tmp_path}", command, "-no-color", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("init", "-input=false")
    return run


@pytest.mark.slow
def test_crawlers_are_read_back_as_they_were_set(
    local_aws: LocalAws, terraform: Terraform, name: str
) -> None:
    glue = local_aws.clients.client("glue")

    def versions() -> dict[str, int]:
        batch = glue.batch_get_crawlers(CrawlerNames=[f"{name}-{one}" for one in _CRAWLERS])
        return {crawler["Name"].removeprefix(f"{name}-"): crawler["Version"] for crawler in batch["Crawlers"]}

    for version, second in ((1, "-var=second=false"), (2, "-var=second=true")):
        terraform("apply", "-auto-approve", "-input=false", second)
        terraform("plan", "-detailed-exitcode", "-input=false", second)
        assert versions() == dict.fromkeys(_CRAWLERS, version), "each is changed in place"
    everything = glue.get_crawler(Name=f"{name}-everything")["Crawler"]
    assert everything["Schedule"]["ScheduleExpression"] == "cron(0/30 * * * ? *)"
    tags = glue.get_tags(ResourceArn=f"arn:aws:glue:us-east-1:000000000000:crawler/{name}-everything")["Tags"]
    assert tags == {"state": "second", "kept": "yes"}
    terraform("destroy", "-auto-approve", "-input=false", "-var=second=true")
    assert versions() == {}
