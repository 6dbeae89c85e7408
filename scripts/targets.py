"""The places a lake can be deployed to, and whether each is ready right now."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass

from scripts.errors import ToolError, UsageError
from scripts.paths import TERRAFORM
from scripts.session import session_for

LOCAL_ACCOUNT_ID = "000000000000"
DEFAULT_ENVIRONMENTS = {"local": "local", "localstack": "localstack", "aws": "dev"}
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Target:
    """One place: which kind, which environment, where it answers and whose account it is.

    ``endpoint`` is ``None`` on AWS. ``workspace`` names the Terraform workspace that holds this target's state.
    """

    name: str
    environment: str
    endpoint: str | None
    account_id: str
    region: str

    @property
    def workspace(self) -> str:
        """State never mixes: each target and environment has a workspace of its own."""
        return f"{self.name}-{self.environment}"


def resolve(name: str, environment: str | None) -> Target:
    """Turn what a person typed into a target that is ready to be used.

    :raises UsageError: an unknown target or an environment without a file.
    :raises ToolError: the target is not ready; the message is one line that says what is missing.
    """
    if name not in DEFAULT_ENVIRONMENTS:
        raise UsageError(f"TARGET={name}: must be one of {', '.join(DEFAULT_ENVIRONMENTS)}")
    chosen = environment or DEFAULT_ENVIRONMENTS[name]
    check_environment(chosen)
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    if name == "aws":
        return Target(name, chosen, None, _aws_account_id(region), region)
    if name == "localstack":
        check_localstack()
    endpoint = f"http://127.0.0.1:{port()}"
    _check_answers(name, endpoint)
    return Target(name, chosen, endpoint, LOCAL_ACCOUNT_ID, DEFAULT_REGION)


def check_environment(name: str) -> None:
    """Refuse an environment without a file.

    :raises UsageError: there is none; the message names those that there are.
    """
    file = TERRAFORM / "environments" / f"{name}.tfvars"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in file.parent.glob("*.tfvars")))
        raise UsageError(f"ENV={name}: there is no terraform/environments/{name}.tfvars; there are: {known}")


def port() -> int:
    """Return the port of the local target (``STREAMLAKE_PORT``, 4566 by default)."""
    text = os.environ.get("STREAMLAKE_PORT", "4566")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise UsageError(f"PORT={text}: must be a number from 1 to 65535")
    return int(text)


def check_localstack() -> None:
    """Refuse early when LocalStack cannot hold the whole lake here.

    :raises ToolError: no token, no Docker client or no Docker engine.
    """
    if not os.environ.get("LOCALSTACK_AUTH_TOKEN"):
        raise ToolError(
            "LOCALSTACK_AUTH_TOKEN is not set, and LocalStack without it has no Glue and no Athena; "
            "set it, or use TARGET=local, which needs neither a token nor Docker"
        )
    if shutil.which("docker") is None:
        raise ToolError("docker is not on PATH, and LocalStack runs in it; install it, or use TARGET=local")
    engine = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    if engine.returncode != 0:
        reason = (engine.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ToolError(f"no Docker engine answers ({reason}); start it, or use TARGET=local")


def _check_answers(name: str, endpoint: str) -> None:
    path = "/_local_aws/health" if name == "local" else "/_localstack/health"
    try:
        with urllib.request.urlopen(endpoint + path, timeout=10) as answer:  # noqa: S310 - always http to this machine
            json.load(answer)
    except (OSError, urllib.error.HTTPError, ValueError) as error:
        start = "make up" if name == "local" else "docker compose up -d localstack"
        raise ToolError(f"nothing that is {name!r} answers at {endpoint} ({error}); run: {start}") from error


def _aws_account_id(region: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    # A custom endpoint left in the shell would send the question, and then the lake, somewhere else than to AWS.
    elsewhere = os.environ.get("AWS_ENDPOINT_URL")
    if elsewhere:
        raise ToolError(f"AWS_ENDPOINT_URL={elsewhere} is set, so this shell does not talk to AWS; unset it")
    try:
        identity = session_for("aws", None, region).client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise ToolError(
            f"no usable AWS credentials ({error}); run: aws configure sso, or set AWS_PROFILE"
        ) from error
    return str(identity["Account"])
