"""Policy documents that are refused when they are written."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from local_aws.iam.documents import refusal


def reason(statement: Any, member: str = "PolicyDocument") -> str | None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    return refusal(urlencode({"Action": "PutRolePolicy", member: document}).encode())


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **more}


@pytest.mark.parametrize(
    "operator",
    [
        "StringEquals",
        "stringlike",
        "ForAnyValue:StringLikeIfExists",
        "Null",
        "Bool",
        "ArnNotLike",
        "DateLessThan",
    ],
)
def test_known_operators_pass(operator: str) -> None:
    assert reason(allow(Condition={operator: {"aws:username": "x"}})) is None


@pytest.mark.parametrize("operator", ["StringEqual", "ForSomeValues:StringLike", "NumericBetween"])
def test_unknown_operators_are_named(operator: str) -> None:
    for statement in (allow(Condition={operator: {"k": "v"}}), [allow(), allow(Condition={operator: {}})]):
        assert reason(statement) == (
            f"PolicyDocument: {operator} is not a condition operator that the local IAM evaluates"
        )


def test_variables_are_named_wherever_they_stand() -> None:
    for statement in (
        allow(Resource=["arn:aws:s3:::a", "arn:aws:s3:::${aws:PrincipalTag/team}/*"]),
        allow(Condition={"StringLike": {"s3:prefix": ["${aws:PrincipalTag/team}/*"]}}),
        {"Effect": "Deny", "Action": "*", "NotResource": "${aws:PrincipalTag/team}"},
    ):
        assert reason(statement) == (
            "PolicyDocument: the local IAM does not evaluate the policy variable ${aws:PrincipalTag/team}"
        )
    assert reason(allow(Resource="arn:aws:s3:::bucket/${*}${$}{a}${?}")) is None


def test_trust_policies_are_looked_at_too() -> None:
    trust = {"Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    assert reason(trust, "AssumeRolePolicyDocument") == (
        "AssumeRolePolicyDocument: the local IAM does not evaluate NotPrincipal"
    )


def test_what_is_no_policy_is_left_to_iam() -> None:
    assert refusal(b"") is None
    assert refusal(b"Action=ListUsers&Version=2010-05-08") is None
    assert refusal(urlencode({"PolicyDocument": "not json"}).encode()) is None
    assert refusal(urlencode({"PolicyDocument": "[1]"}).encode()) is None
    assert reason(["text"]) is None
