"""Names of databases, tables, columns: one in every spelling (measured: floci#1202, flink-connector-aws#206)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.glue.names import folded
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


@pytest.fixture
def glue(local_aws: LocalAws) -> Any:
    return local_aws.clients.client("glue")


@pytest.fixture
def database(glue: Any) -> str:
    name = unique("Mixed-Case")
    glue.create_database(DatabaseInput={"Name": name})
    return name.lower()


def table(name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "PartitionKeys": [{"Name": "Day", "Type": "string"}],
        "StorageDescriptor": {"Columns": [{"Name": "ColA", "Type": "struct<Inner:int>"}]},
    }


def test_a_database_is_found_by_any_spelling(glue: Any, database: str) -> None:
    assert glue.get_database(Name=database.upper())["Database"]["Name"] == database
    glue.update_database(
        Name=database.title(), DatabaseInput={"Name": database.upper(), "Description": "new"}
    )
    assert glue.get_database(Name=database)["Database"]["Description"] == "new"
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_database(DatabaseInput={"Name": database.upper()})
    glue.delete_database(Name=database.upper())
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_database(Name=database)


def test_a_table_and_its_columns_are_folded(glue: Any, database: str) -> None:
    glue.create_table(DatabaseName=database.upper(), TableInput=table("MyTable"))
    for spelling in ("MyTable", "mytable", "MYTABLE"):
        found = glue.get_table(DatabaseName=database, Name=spelling)["Table"]
        assert found["Name"] == "mytable"
        assert found["StorageDescriptor"]["Columns"] == [{"Name": "cola", "Type": "struct<Inner:int>"}]
        assert found["PartitionKeys"][0]["Name"] == "day"
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_table(DatabaseName=database, TableInput=table("MYTABLE"))
    glue.update_table(DatabaseName=database, TableInput={**table("MyTable"), "Description": "changed"})
    assert glue.get_table(DatabaseName=database, Name="mytable")["Table"]["Description"] == "changed"
    assert glue.get_table_versions(DatabaseName=database, TableName="MYTABLE")["TableVersions"]
    assert glue.batch_delete_table(DatabaseName=database, TablesToDelete=["MYTABLE"])["Errors"] == []
    assert glue.get_tables(DatabaseName=database)["TableList"] == []


def test_partitions_are_found_by_any_spelling_and_their_values_stay(glue: Any, database: str) -> None:
    glue.create_table(DatabaseName=database, TableInput=table("t"))
    columns = {"Columns": [{"Name": "ColA", "Type": "int"}]}
    glue.create_partition(
        DatabaseName=database.upper(),
        TableName="T",
        PartitionInput={"Values": ["Monday"], "StorageDescriptor": columns},
    )
    found = glue.get_partition(DatabaseName=database, TableName="T", PartitionValues=["Monday"])["Partition"]
    assert found["Values"] == ["Monday"]
    assert found["StorageDescriptor"]["Columns"][0]["Name"] == "cola"
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_partition(DatabaseName=database, TableName="T", PartitionValues=["monday"])
    glue.delete_partition(DatabaseName=database, TableName="T", PartitionValues=["Monday"])
    assert glue.get_partitions(DatabaseName=database, TableName="T")["Partitions"] == []


def test_nothing_but_names_is_folded() -> None:
    given = {
        "DatabaseName": "DB",
        "TableInput": {
            "Name": "T",
            "Owner": "Me",
            "Parameters": {"Name": "Kept", "Columns": "Kept"},
            "StorageDescriptor": {
                "Location": "s3://Bucket/Key",
                "SerdeInfo": {"Name": "Serde"},
                "SortColumns": [{"Column": "A", "SortOrder": 1}],
                "BucketColumns": ["B"],
            },
        },
    }
    assert folded("CreateTable", given) == {
        "DatabaseName": "db",
        "TableInput": {
            "Name": "t",
            "Owner": "Me",
            "Parameters": {"Name": "Kept", "Columns": "Kept"},
            "StorageDescriptor": {
                "Location": "s3://Bucket/Key",
                "SerdeInfo": {"Name": "Serde"},
                "SortColumns": [{"Column": "a", "SortOrder": 1}],
                "BucketColumns": ["b"],
            },
        },
    }
