"""An interrupted deployment's key is found among keys that its deployer may not look at."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from scripts import take_over
from scripts.errors import ToolError
from scripts.session import Session

PLANNED = {
    "module.encryption.aws_kms_key.this": (
        "aws_kms_key",
        {"description": "It", "tags_all": {"Project": "lake"}},
    )
}
SENTENCE = (
    "User: arn:aws:iam::111122223333:user/x is not authorized to perform: {} because no policy allows it"
)


class Keys:
    """KMS with keys by id: tags, or None for one that may not be looked at; `listed` is whether they may be listed."""

    exceptions = type("Exceptions", (), {"ClientError": ClientError})

    def __init__(self, keys: dict[str, dict[str, str] | None], *, listed: bool = True) -> None:
        self._keys = keys
        self._listed = listed

    def client(self, _service: str) -> Keys:
        return self

    def get_paginator(self, _operation: str) -> Keys:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        if not self._listed:
            raise denied("ListKeys")
        return [{"Keys": [{"KeyId": key} for key in self._keys]}]

    def describe_key(self, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        if self._keys[KeyId] is None:
            raise denied("DescribeKey")
        return {"KeyMetadata": {"Enabled": True, "Description": "It"}}

    def list_resource_tags(self, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        return {
            "Tags": [{"TagKey": key, "TagValue": value} for key, value in (self._keys[KeyId] or {}).items()]
        }


def denied(operation: str) -> ClientError:
    text = SENTENCE.format(f"kms:{operation}")
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": text}}, operation)


def found(keys: Keys) -> dict[str, str]:
    return take_over.found(take_over.Place(cast("Session", keys), "111122223333", "aws"), PLANNED)


def test_keys_of_others_are_passed_over() -> None:
    assert found(Keys({"foreign": None, "other": {"Project": "shop"}, "own": {"Project": "lake"}})) == {
        "module.encryption.aws_kms_key.this": "own"
    }
    assert found(Keys({"foreign": None})) == {}


def test_who_may_not_look_at_all_is_told_what_is_missing() -> None:
    with pytest.raises(ToolError, match="cannot be looked for, denied: kms:ListKeys"):
        found(Keys({}, listed=False))
