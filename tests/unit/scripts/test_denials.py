"""What was denied is read from every form in which Terraform and the SDKs say it."""

from __future__ import annotations

import io
import json

import pytest

from scripts import denials
from scripts.denials import Denial
from scripts.unfinished import Writer

USER = "User: arn:aws:iam::111122223333:user/deployer is"
FORBIDDEN = "https response error StatusCode: 403, RequestID: 1, HostID: 2, api error"
STREAM = "arn:aws:kinesis:us-east-1:111122223333:stream/streamlake-dev-events"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"An error occurred (AccessDeniedException) when calling the CreateStream operation: {USER} not authorized "
            f"to perform: kinesis:CreateStream on resource: {STREAM} because no identity-based policy allows the "
            "kinesis:CreateStream action",
            [Denial("kinesis:CreateStream", STREAM)],
        ),
        # In Terraform's frame, broken into lines.
        (
            "\x1b[31m│\x1b[0m Error: reading Role: operation error IAM: GetRole,\n"
            f"│ {FORBIDDEN} AccessDenied: {USER}\n│ not authorized to perform: iam:GetRole on resource: role\n"
            "│ streamlake-dev-x because no identity-based policy allows the iam:GetRole action",
            [Denial("iam:GetRole", "role")],
        ),
        (
            f"{USER} not authorized to perform: kms:CreateKey with an explicit deny in a service control policy ",
            [Denial("kms:CreateKey", "", " with an explicit deny in a service control policy")],
        ),
        (
            f'{USER} not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" with an explicit deny '
            "in a resource-based policy",
            [Denial("s3:PutObject", "arn:aws:s3:::b/k", " with an explicit deny in a resource-based policy")],
        ),
        # The answer to HEAD says nothing of its own.
        (
            f"Unable to access object: operation error S3: HeadObject, {FORBIDDEN} Forbidden: Forbidden",
            [Denial("s3:GetObject")],
        ),
        (
            f"operation error S3: PutObject, {FORBIDDEN} AccessDenied: Access Denied, and operation error SNS: "
            f"Subscribe, https response error StatusCode: 403, AuthorizationError: {USER} not authorized to perform: "
            "SNS:Subscribe on resource: arn:aws:sns:us-east-1:111122223333:t",
            [Denial("s3:PutObject"), Denial("SNS:Subscribe", "arn:aws:sns:us-east-1:111122223333:t")],
        ),
        ("operation error S3: HeadBucket, https response error StatusCode: 404, api error NotFound", []),
        ("Error: Invalid count argument", []),
    ],
    ids=["sdk", "frame", "explicit", "quoted", "head", "two", "missing", "other"],
)
def test_what_was_denied(text: str, expected: list[Denial]) -> None:
    assert denials.found(text) == expected


def test_each_action_is_named_once_with_what_to_do() -> None:
    sentence = f"{USER} not authorized to perform: kinesis:CreateStream on resource: {STREAM} because no"
    said = denials.advice(denials.found(f"{sentence}\n{sentence}-other because"))
    assert said.count("kinesis:CreateStream") == 1
    assert f"denied: kinesis:CreateStream on {STREAM}; " in said
    assert "make bootstrap" in said
    explicit = [Denial("kms:CreateKey", "", " with an explicit deny in a service control policy")]
    assert "make bootstrap" not in denials.advice(explicit), "the deployer's own policies do not help there"


def test_an_apply_remembers_what_was_denied() -> None:
    writer = Writer(io.StringIO())
    for severity in ("warning", "error", "error"):
        detail = (
            f"{USER} not authorized to perform: {'a:A' if severity == 'warning' else 'kinesis:CreateStream'}"
        )
        diagnostic = {
            "severity": severity,
            "summary": "creating",
            "detail": detail,
            "address": "aws_kinesis_stream.x",
        }
        writer.line(json.dumps({"type": "diagnostic", "diagnostic": diagnostic}))
    assert writer.denied == [Denial("kinesis:CreateStream")]
    assert writer.refused == {}
