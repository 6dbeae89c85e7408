"""An account on this machine that the tools take for one of AWS's: who deploys has a profile whose endpoint is local.

Nothing is told that AWS is not AWS. The target is `aws`, its state is in S3, and the account is none of the local
targets'; the tools take a profile with an endpoint of its own at its word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from scripts.session import LOCAL_KEYS
from tests.e2e.lake import Answer, Lake

ACCOUNT = "111122223333"
ENVIRONMENT = "full"
NAME = f"streamlake-{ENVIRONMENT}"
ADMIN = "admin"
FILES = Path(__file__).parent
# What the lake of whole.tfvars writes into, and others have made.
ACCESS_LOGS, COPIES = "access-logs-of-all", "copies-of-raw"
QUERIES = "environments/queries"


@dataclass
class Account:
    """The account: its local AWS, the copy of the repository that deploys to it, and who has which keys."""

    lake: Lake
    keys: dict[str, tuple[str, str]] = field(default_factory=lambda: {ADMIN: LOCAL_KEYS})

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.lake.port}"

    def client(self, service: str, person: str = ADMIN) -> Any:
        """Give a client of somebody; the administrator is the account's root."""
        access_key_id, secret_access_key = self.keys[person]
        maker: Any = boto3
        return maker.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
        )

    def open(self) -> None:
        """Start the local AWS, and make what the lake finds there already."""
        self.lake.make("up", **self.variables(self.endpoint, ADMIN))
        s3 = self.client("s3")
        for bucket in (ACCESS_LOGS, COPIES):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=COPIES, VersioningConfiguration={"Status": "Enabled"})

    def settle(self, name: str, query: str) -> None:
        """Make the settings of a file beside this one, and a saved query, those of the environment."""
        folder = self.lake.folder / "terraform"
        text = (FILES / f"{name}.tfvars").read_text(encoding="utf-8")
        (folder / "environments" / f"{ENVIRONMENT}.tfvars").write_text(text, encoding="utf-8")
        (folder / QUERIES).mkdir(exist_ok=True)
        (folder / QUERIES / "sizes.sql").write_text(f"-- What there is.\n{query}\n", encoding="utf-8")

    def hire(self, name: str, documents: Mapping[str, str] | None = None, *policy_arns: str) -> None:
        """Make a user with these inline and managed policies and nothing else."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.keys[name] = (key["AccessKeyId"], key["SecretAccessKey"])
        for arn in policy_arns:
            iam.attach_user_policy(UserName=name, PolicyArn=arn)
        for title, document in (documents or {}).items():
            iam.put_user_policy(UserName=name, PolicyName=title, PolicyDocument=document)

    def documents(self) -> dict[str, str]:
        """Give the deployers' policies in the account, by the last part of their names."""
        iam = self.client("iam")
        found = {}
        for policy in iam.list_policies(Scope="Local")["Policies"]:
            part = policy["PolicyName"].removeprefix(f"{NAME}-deployer-")
            if part != policy["PolicyName"]:
                version = iam.get_policy_version(
                    PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"]
                )
                found[part] = json.dumps(version["PolicyVersion"]["Document"])
        return found

    def policy_arns(self) -> list[str]:
        """Give the ARNs of the deployers' policies."""
        return [f"arn:aws:iam::{ACCOUNT}:policy/{NAME}-deployer-{part}" for part in self.documents()]

    def make(
        self, person: str, *words: str, endpoint: str | None = None, allow: tuple[int, ...] = (0,)
    ) -> Answer:
        """Run `make` as somebody, at the local AWS or at an endpoint in front of it."""
        place = ["TARGET=aws", f"ENV={ENVIRONMENT}", "YES=1"]
        variables = self.variables(endpoint or self.endpoint, person)
        return self.lake.make(*words, *place, allow=allow, **variables)

    def in_state(self, person: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """Give type and values, by address, of everything that somebody's Terraform knows."""
        shown = self.lake.run(
            "terraform", "show", "-json", where="terraform", **self.variables(self.endpoint, person)
        ).out
        return {
            one["address"]: (one["type"], one["values"])
            for one in _resources(json.loads(shown.splitlines()[-1])["values"]["root_module"])
            if one["mode"] == "managed"
        }

    def variables(self, endpoint: str, person: str) -> dict[str, Any]:
        """Give the variables by which a command acts as somebody, at an endpoint."""
        profiles = self.lake.folder / "profiles"
        access_key_id, secret_access_key = self.keys[person]
        lines = {
            "region": "us-east-1",
            "endpoint_url": endpoint,
            "aws_access_key_id": access_key_id,
            "aws_secret_access_key": secret_access_key,
        }
        text = "".join(f"{name} = {value}\n" for name, value in lines.items())
        profiles.write_text(f"[profile {person}]\n{text}", encoding="utf-8")
        return {
            "STREAMLAKE_ACCOUNT_ID": ACCOUNT,
            "AWS_PROFILE": person,
            "AWS_CONFIG_FILE": str(profiles),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.lake.folder / "none"),
        }


@dataclass(frozen=True)
class Someone:
    """A person of the account, as the tools see a session."""

    account: Account
    name: str

    def client(self, service: str) -> Any:
        """Give a client that signs as this person."""
        return self.account.client(service, self.name)


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)
