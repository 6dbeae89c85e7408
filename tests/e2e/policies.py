"""Every policy that a lake deploys, of every kind, and the IAM lint's opinion of each."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.deployment import Outputs

# parliament warns of its own imports, so it has an interpreter of its own.
LINT = """
import json, sys
from parliament import analyze_policy_string
policies = json.load(sys.stdin)
print(json.dumps({name: [str(one) for one in analyze_policy_string(text).findings] for name, text in policies.items()}))
"""

# What the lint finds and is right by the kind of policy, each with the reason.
ACCEPTED = {
    "bucket": {
        r"s3:TlsVersion requires a value of type Numeric": "the lint takes whole numbers only",
        r"Unknown condition s3:TlsVersion for action": "a denial of s3:* names them all",
    },
    "key": {
        r"^RESOURCE_STAR": "in a key policy the resource * is the key that carries the policy",
        r"ArnLike requires a value of type Arn but given String": "an encryption context is text; here it is an ARN",
    },
    "deployer": {
        r"StringEquals requires a value of type String but given Arn": "AWS's guide compares boundaries so",
        r"^RESOURCE_MISMATCH .*'athena:TagResource'": "the lint wants an ARN of each kind of thing that has tags",
        r"^RESOURCE_MISMATCH .*'kms:CreateAlias'": "alias and key are in a statement each: the keys' has a condition",
        r"^RESOURCE_MISMATCH .*'logs:DescribeLogGroups'": "AWS asks for log-group:*, the lint's list does not know",
        r"^RESOURCE_MISMATCH .*'s3:PutObject'": "the lint takes the : in a state's key for one of the ARN",
        r"^RESOURCE_POLICY_PRIVILEGE_ESCALATION .*s3:PutBucketPolicy": "who makes buckets gives them their policies",
        r"^RESOURCE_STAR - \['kms:TagResource'\]": "a key to be made has no ARN; a condition asks for its tags",
        r"^UNKNOWN_ACTION .*kinesis:(TagResource|UntagResource|ListTagsForResource)": "newer than the lint's list",
        r"^UNKNOWN_ACTION .*quicksight:DescribeDashboardDefinition": "newer than the lint's list",
    },
}


def deployed(outputs: Outputs) -> dict[tuple[str, str], str]:
    """Return every policy document of the account by kind (role, trust, managed, bucket, key, topic) and name."""
    session = outputs.session()
    return {
        **dict(_of_iam(session.client("iam"))),
        **dict(_of_buckets(session.client("s3"))),
        **dict(_of_keys(session.client("kms"))),
        **dict(_of_topics(session.client("sns"))),
    }


def findings(policies: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], set[str]]:
    """Return what the lint finds in each document, without what is accepted for its kind."""
    linted = lint({f"{kind} {name}": text for (kind, name), text in policies.items()})
    found: dict[tuple[str, str], set[str]] = {}
    for kind, name in policies:
        # Positions in the text make one finding many.
        plain = {one.partition(" - {'line'")[0] for one in linted[f"{kind} {name}"]}
        accepted = ACCEPTED.get(kind, {})
        found[kind, name] = {one for one in plain if not any(re.search(pattern, one) for pattern in accepted)}
    return found


def lint(policies: Mapping[str, str]) -> dict[str, list[str]]:
    """Return all that the lint finds in each document, by its name."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LINT],
        input=json.dumps(policies),
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, list[str]] = json.loads(done.stdout)
    return result


def _of_iam(iam: Any) -> Iterator[tuple[tuple[str, str], str]]:
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            yield ("role", f"{name}/{policy}"), json.dumps(document)
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        # A trust policy is about its own role and does not say so; the lint wants to read it.
        about = [{**statement, "Resource": role["Arn"]} for statement in trust["Statement"]]
        yield ("trust", name), json.dumps({**trust, "Statement": about})
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        yield ("managed", policy["PolicyName"]), json.dumps(version["PolicyVersion"]["Document"])


def _of_buckets(s3: Any) -> Iterator[tuple[tuple[str, str], str]]:
    for bucket in s3.list_buckets()["Buckets"]:
        yield ("bucket", bucket["Name"]), s3.get_bucket_policy(Bucket=bucket["Name"])["Policy"]


def _of_keys(kms: Any) -> Iterator[tuple[tuple[str, str], str]]:
    for key in kms.list_keys()["Keys"]:
        policy = kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
        yield ("key", key["KeyId"]), policy


def _of_topics(sns: Any) -> Iterator[tuple[tuple[str, str], str]]:
    for topic in sns.list_topics()["Topics"]:
        attributes = sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
        yield ("topic", topic["TopicArn"]), attributes["Policy"]
