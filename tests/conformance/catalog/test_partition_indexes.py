"""Partition indexes, and settings of the catalog as a whole: operations that Terraform calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

KEYS = [{"Name": name, "Type": "string"} for name in ("a", "b", "c", "d")]


@pytest.fixture
def glue(local_aws: LocalAws) -> Any:
    return local_aws.clients.client("glue")


@pytest.fixture
def database(glue: Any) -> str:
    name = unique("indexed")
    glue.create_database(DatabaseInput={"Name": name})
    return name


def create(glue: Any, database: str, **more: Any) -> dict[str, str]:
    glue.create_table(DatabaseName=database, TableInput={"Name": "t", "PartitionKeys": KEYS}, **more)
    return {"DatabaseName": database, "TableName": "t"}


def names(glue: Any, place: dict[str, str]) -> list[str]:
    return [
        index["IndexName"] for index in glue.get_partition_indexes(**place)["PartitionIndexDescriptorList"]
    ]


def code(call: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def test_an_index_is_made_shown_and_deleted(glue: Any, database: str) -> None:
    place = create(glue, database)
    glue.create_partition_index(**place, PartitionIndex={"IndexName": "ix", "Keys": ["A", "b"]})
    (shown,) = glue.get_partition_indexes(**place)["PartitionIndexDescriptorList"]
    assert shown == {"IndexName": "ix", "Keys": KEYS[:2], "IndexStatus": "ACTIVE"}
    glue.delete_partition_index(**place, IndexName="ix")
    assert names(glue, place) == []
    assert code(lambda: glue.delete_partition_index(**place, IndexName="ix")) == "EntityNotFoundException"


def test_what_an_index_cannot_be_is_refused(glue: Any, database: str) -> None:
    place = create(glue, database)

    def make(name: str, key: str) -> Any:
        return glue.create_partition_index(**place, PartitionIndex={"IndexName": name, "Keys": [key]})

    assert code(lambda: make("ix", "nokey")) == "InvalidInputException"
    for name, key in (("i1", "a"), ("i2", "b"), ("i3", "c")):
        make(name, key)
    assert code(lambda: make("i1", "d")) == "AlreadyExistsException"
    assert code(lambda: make("i4", "d")) == "ResourceNumberLimitExceededException"
    assert names(glue, place) == ["i1", "i2", "i3"]


def test_a_table_is_made_with_indexes_and_takes_them_along(glue: Any, database: str) -> None:
    place = create(glue, database, PartitionIndexes=[{"IndexName": "ix", "Keys": ["a"]}])
    assert names(glue, place) == ["ix"]
    glue.delete_table(DatabaseName=database, Name="t")
    assert code(lambda: glue.get_partition_indexes(**place)) == "EntityNotFoundException"
    assert names(glue, create(glue, database)) == []


def test_a_table_with_an_impossible_index_is_not_made(glue: Any, database: str) -> None:
    wrong = [{"IndexName": "ix", "Keys": ["nokey"]}]
    assert code(lambda: create(glue, database, PartitionIndexes=wrong)) == "InvalidInputException"
    assert glue.get_tables(DatabaseName=database)["TableList"] == []


def test_encryption_settings_are_kept(glue: Any) -> None:
    assert "EncryptionAtRest" in glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    wanted = {"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": "alias/aws/glue"}
    glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings={"EncryptionAtRest": wanted})
    settings = glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    assert settings["EncryptionAtRest"] == wanted
    assert settings["ConnectionPasswordEncryption"] == {"ReturnConnectionPasswordEncrypted": False}
    glue.put_data_catalog_encryption_settings(
        DataCatalogEncryptionSettings={"EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"}}
    )


def test_a_resource_policy_is_kept_under_its_conditions(make_local_aws: Any) -> None:
    glue = make_local_aws().clients.client("glue")
    assert code(glue.get_resource_policy) == "EntityNotFoundException"
    assert glue.get_resource_policies()["GetResourcePoliciesResponseList"] == []
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "glue:*"}]}
    )
    assert (
        code(lambda: glue.put_resource_policy(PolicyInJson=text, PolicyExistsCondition="MUST_EXIST"))
        == "EntityNotFoundException"
    )
    digest = glue.put_resource_policy(PolicyInJson=text)["PolicyHash"]
    shown = glue.get_resource_policy()
    assert (shown["PolicyInJson"], shown["PolicyHash"]) == (text, digest)
    for refused in (
        {"PolicyExistsCondition": "NOT_EXIST"},
        {"PolicyHashCondition": "another"},
    ):
        assert (
            code(lambda refused=refused: glue.put_resource_policy(PolicyInJson=text, **refused))
            == "ConditionCheckFailureException"
        )
    assert code(lambda: glue.put_resource_policy(PolicyInJson="{ ")) == "InvalidInputException"
    glue.delete_resource_policy(PolicyHashCondition=digest)
    assert code(glue.delete_resource_policy) == "EntityNotFoundException"
