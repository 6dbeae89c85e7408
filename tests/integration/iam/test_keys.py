"""Names of keys: who gives one needs the permission for the alias and for the key, which its tags may stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique
from tests.integration.iam.conftest import allow

if TYPE_CHECKING:
    from tests.integration.iam.conftest import Account

KMS = "arn:aws:kms:us-east-1:000000000000"
ACTIONS = ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"]
OF_THE_LAKE = {"StringEquals": {"aws:ResourceTag/Project": "lake"}}
ALIASES = allow(ACTIONS, f"{KMS}:alias/lake*")
KEYS = allow(ACTIONS, f"{KMS}:key/*", Condition=OF_THE_LAKE)


def key(account: Account, **tags: str) -> str:
    """Make a key with these tags and give its id."""
    listed: Any = [{"TagKey": name, "TagValue": value} for name, value in tags.items()]
    made: str = account.root.client("kms").create_key(Tags=listed)["KeyMetadata"]["KeyId"]
    return made


def denied(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(caught.value.response["Error"]["Message"])


def test_alias_and_key_are_both_asked(account: Account) -> None:
    name, lakes, others = f"alias/{unique('lake')}", key(account, Project="lake"), key(account)
    deployer = account.user(ALIASES, KEYS).client("kms")
    text = denied(deployer.create_alias, AliasName=name, TargetKeyId=others)
    assert f"not authorized to perform: kms:CreateAlias on resource: {KMS}:key/{others}" in text
    text = denied(deployer.create_alias, AliasName="alias/other", TargetKeyId=lakes)
    assert f"kms:CreateAlias on resource: {KMS}:alias/other" in text
    deployer.create_alias(AliasName=name, TargetKeyId=lakes)
    deployer.delete_alias(AliasName=name)
    for one in (ALIASES, KEYS):
        denied(account.user(one).client("kms").create_alias, AliasName=name, TargetKeyId=lakes)


def test_an_alias_is_moved_by_who_may_name_both_keys(account: Account) -> None:
    name, old, new, others = (
        f"alias/{unique('lake')}",
        key(account, Project="lake"),
        key(account, Project="lake"),
        key(account),
    )
    account.root.client("kms").create_alias(AliasName=name, TargetKeyId=others)
    deployer = account.user(ALIASES, KEYS).client("kms")
    assert f"key/{others}" in denied(deployer.update_alias, AliasName=name, TargetKeyId=new)
    assert f"key/{others}" in denied(deployer.delete_alias, AliasName=name)
    account.root.client("kms").update_alias(AliasName=name, TargetKeyId=old)
    deployer.update_alias(AliasName=name, TargetKeyId=new)
    deployer.delete_alias(AliasName=name)


def test_what_is_not_there_is_not_found(account: Account) -> None:
    deployer = account.user(ALIASES, KEYS).client("kms")
    with pytest.raises(deployer.exceptions.NotFoundException):
        deployer.delete_alias(AliasName=f"alias/{unique('lake')}")
