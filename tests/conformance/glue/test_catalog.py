"""Operations on the catalog that are answered in front of MiniStack: versions of tables, partitions, classifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws.clients import Clients

if TYPE_CHECKING:
    from tests.conformance.glue.crawling import Crawling


def table_input(*columns: str) -> dict[str, Any]:
    return {
        "Name": "events",
        "StorageDescriptor": {"Columns": [{"Name": name, "Type": "string"} for name in columns]},
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
    }


@pytest.fixture
def events(crawling: Crawling) -> dict[str, str]:
    crawling.glue.create_table(DatabaseName=crawling.database, TableInput=table_input("a"))
    return {"DatabaseName": crawling.database, "TableName": "events"}


def versions(crawling: Crawling, events: dict[str, str]) -> list[list[str]]:
    pages = crawling.glue.get_paginator("get_table_versions").paginate(
        **events, PaginationConfig={"PageSize": 1}
    )
    return [
        [column["Name"] for column in version["Table"]["StorageDescriptor"]["Columns"]]
        for page in pages
        for version in page["TableVersions"]
    ]


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def test_an_update_keeps_what_the_table_was(crawling: Crawling, events: dict[str, str]) -> None:
    glue, database = crawling.glue, crawling.database
    glue.update_table(DatabaseName=database, TableInput=table_input("a", "b"))
    glue.update_table(DatabaseName=database, TableInput=table_input("a", "b", "c"))
    assert versions(crawling, events) == [["a", "b", "c"], ["a", "b"], ["a"]]
    glue.update_table(DatabaseName=database, TableInput=table_input("d"), SkipArchive=True)
    assert versions(crawling, events) == [["d"], ["a", "b"], ["a"]]
    current = glue.get_table_version(**events)["TableVersion"]
    assert current["Table"] == crawling.table("events")
    listed = glue.get_table_versions(**events)["TableVersions"]
    oldest = glue.get_table_version(**events, VersionId=listed[-1]["VersionId"])["TableVersion"]
    assert oldest["Table"]["StorageDescriptor"]["Columns"] == [{"Name": "a", "Type": "string"}]
    assert oldest["Table"]["CreateTime"] == current["Table"]["CreateTime"]


def test_versions_are_deleted(crawling: Crawling, events: dict[str, str]) -> None:
    glue = crawling.glue
    for columns in ("ab", "abc", "abcd"):
        glue.update_table(DatabaseName=crawling.database, TableInput=table_input(*columns))
    current, *earlier = [one["VersionId"] for one in glue.get_table_versions(**events)["TableVersions"]]
    glue.delete_table_version(**events, VersionId=earlier[0])
    assert versions(crawling, events) == [list("abcd"), list("ab"), ["a"]]
    assert code(glue.delete_table_version, **events, VersionId=earlier[0]) == "EntityNotFoundException"
    assert code(glue.get_table_version, **events, VersionId=earlier[0]) == "EntityNotFoundException"
    errors = glue.batch_delete_table_version(**events, VersionIds=[*earlier, current])["Errors"]
    assert [(one["VersionId"], one["ErrorDetail"]["ErrorCode"]) for one in errors] == [
        (earlier[0], "EntityNotFoundException"),
        (current, "InvalidInputException"),
    ]
    assert versions(crawling, events) == [list("abcd")]


def test_versions_of_a_table_that_is_not_there(crawling: Crawling) -> None:
    glue, place = crawling.glue, {"DatabaseName": crawling.database, "TableName": "nothing"}
    assert code(glue.get_table_versions, **place) == "EntityNotFoundException"
    update = {"DatabaseName": crawling.database, "TableInput": {"Name": "nothing"}}
    assert code(glue.update_table, **update) == "EntityNotFoundException"


def test_a_table_can_be_handed_back_as_it_was_answered(crawling: Crawling, events: dict[str, str]) -> None:
    glue, database = crawling.glue, crawling.database
    given = {"Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters", "Owner", "Description"}
    (listed,) = glue.get_tables(DatabaseName=database, Expression="events")["TableList"]
    for answered in (
        glue.get_table(DatabaseName=database, Name="events")["Table"],
        glue.get_table_version(**events)["TableVersion"]["Table"],
        listed,
    ):
        assert not {"Owner", "Description"} & set(answered)
        handed_back = {key: value for key, value in answered.items() if key in given}
        glue.update_table(DatabaseName=database, TableInput=handed_back)
    owned = {**table_input("a"), "Owner": "me", "Description": "what happened"}
    glue.update_table(DatabaseName=database, TableInput=owned)
    table = glue.get_table(DatabaseName=database, Name="events")["Table"]
    assert (table["Owner"], table["Description"]) == ("me", "what happened")


def tables(crawling: Crawling, **asked: Any) -> list[str]:
    found = crawling.glue.get_tables(DatabaseName=crawling.database, **asked)["TableList"]
    return [table["Name"] for table in found]


def test_tables_are_listed_in_pages(crawling: Crawling, events: dict[str, str]) -> None:
    glue, database = crawling.glue, crawling.database
    for name in ("others", "alphabet"):
        glue.create_table(DatabaseName=database, TableInput={**table_input("a"), "Name": name})
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database, PaginationConfig={"PageSize": 2})
    assert [[table["Name"] for table in page["TableList"]] for page in pages] == [
        ["alphabet", "events"],
        ["others"],
    ]
    assert code(glue.get_tables, DatabaseName=f"{database}_no") == "EntityNotFoundException"
    assert code(glue.get_table, DatabaseName=database, Name="no") == "EntityNotFoundException"


def test_tables_are_found_by_a_pattern(crawling: Crawling) -> None:
    glue, database = crawling.glue, crawling.database
    for name in ("alpha", "alphabet", "beta", "beta_x"):
        glue.create_table(DatabaseName=database, TableInput={**table_input("a"), "Name": name})
    assert tables(crawling, Expression="alpha") == ["alpha"]
    for prefix in ("alpha*", "alpha.*", "^alpha[a-z]*$", "ALPHA*"):
        assert tables(crawling, Expression=prefix) == ["alpha", "alphabet"], prefix
    assert tables(crawling, Expression="*bet*") == ["alphabet", "beta", "beta_x"]
    assert tables(crawling, Expression="*_x|alpha") == ["alpha", "beta_x"]
    assert tables(crawling, Expression="gamma") == []
    assert code(glue.get_tables, DatabaseName=database, Expression="(") == "InvalidInputException"


def partition(day: str, location: str = "s3://bucket/") -> dict[str, Any]:
    return {"Values": [day], "StorageDescriptor": {"Location": location}}


def days(crawling: Crawling, events: dict[str, str], **asked: Any) -> list[list[str]]:
    """Give the days of the partitions that GetPartitions answers, page by page."""
    size = asked.pop("page_size", None)
    pages = crawling.glue.get_paginator("get_partitions").paginate(
        **events, **asked, PaginationConfig={"PageSize": size} if size else {}
    )
    return [[one["Values"][0] for one in page["Partitions"]] for page in pages]


def test_partitions_are_found_by_a_condition(crawling: Crawling, events: dict[str, str]) -> None:
    made = [partition(day) for day in ("2026-03-03", "2026-03-01", "2026-03-02", "it's")]
    crawling.glue.batch_create_partition(**events, PartitionInputList=made)
    assert days(crawling, events, Expression="day = '2026-03-01'") == [["2026-03-01"]]
    assert days(crawling, events, Expression="day = 'it''s' or day like '%-02'") == [["2026-03-02", "it's"]]
    assert days(crawling, events, Expression="day > 'x'") == [[]]
    refused = {**events, "Expression": "hour = 1"}
    assert code(crawling.glue.get_partitions, **refused) == "InvalidInputException"


def test_partitions_come_in_pages_and_segments(crawling: Crawling, events: dict[str, str]) -> None:
    made = [partition(f"2026-03-0{number}") for number in (3, 1, 2)]
    crawling.glue.batch_create_partition(**events, PartitionInputList=made)
    everything = ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert days(crawling, events, page_size=2) == [everything[:2], everything[2:]]
    assert days(crawling, events, page_size=2, Expression="day <> '2026-03-02'") == [
        ["2026-03-01", "2026-03-03"]
    ]
    first, second = (
        days(crawling, events, Segment={"SegmentNumber": number, "TotalSegments": 2})[0] for number in (0, 1)
    )
    assert (len(first), len(second)) == (2, 1)
    assert sorted(first + second) == everything
    # A client may delete each page before it asks for the next.
    left = set(everything)
    for page in crawling.glue.get_paginator("get_partitions").paginate(
        **events, PaginationConfig={"PageSize": 1}
    ):
        (one,) = page["Partitions"]
        crawling.glue.delete_partition(**events, PartitionValues=one["Values"])
        left.remove(one["Values"][0])
    assert left == set()


def test_partitions_come_without_columns_when_asked(crawling: Crawling, events: dict[str, str]) -> None:
    described = partition("2026-03-01")
    described["StorageDescriptor"]["Columns"] = [{"Name": "a", "Type": "string"}]
    crawling.glue.create_partition(**events, PartitionInput=described)
    (full,) = crawling.glue.get_partitions(**events)["Partitions"]
    assert full["StorageDescriptor"] == described["StorageDescriptor"]
    (short,) = crawling.glue.get_partitions(**events, ExcludeColumnSchema=True)["Partitions"]
    assert short["StorageDescriptor"] == {"Location": "s3://bucket/"}


def test_partitions_of_a_table_that_is_not_there(crawling: Crawling, events: dict[str, str]) -> None:
    assert days(crawling, events) == [[]]
    missing, one = {**events, "TableName": "nothing"}, partition("2026-03-01")
    assert code(crawling.glue.get_partitions, **missing) == "EntityNotFoundException"
    assert code(crawling.glue.create_partition, **missing, PartitionInput=one) == "EntityNotFoundException"
    several = {**missing, "PartitionInputList": [one]}
    assert code(crawling.glue.batch_create_partition, **several) == "EntityNotFoundException"


def test_a_new_partition_has_a_value_for_each_key(crawling: Crawling, events: dict[str, str]) -> None:
    glue, good, bad = crawling.glue, partition("2026-03-01"), {"Values": ["2026-03-01", "00"]}
    assert code(glue.create_partition, **events, PartitionInput=bad) == "InvalidInputException"
    both = {**events, "PartitionInputList": [good, bad]}
    assert code(glue.batch_create_partition, **both) == "InvalidInputException"
    assert days(crawling, events) == [[]]
    glue.create_partition(**events, PartitionInput=good)
    assert code(glue.create_partition, **events, PartitionInput=good) == "AlreadyExistsException"
    again = glue.batch_create_partition(**events, PartitionInputList=[good, partition("2026-03-02")])[
        "Errors"
    ]
    assert [(one["PartitionValues"], one["ErrorDetail"]["ErrorCode"]) for one in again] == [
        (["2026-03-01"], "AlreadyExistsException")
    ]
    assert days(crawling, events) == [["2026-03-01", "2026-03-02"]]


def test_partitions_are_deleted_in_batches(crawling: Crawling, events: dict[str, str]) -> None:
    crawling.glue.batch_create_partition(**events, PartitionInputList=[partition("1"), partition("2")])
    answer = crawling.glue.batch_delete_partition(
        **events, PartitionsToDelete=[{"Values": ["1"]}, {"Values": ["3"]}]
    )
    assert [(one["PartitionValues"], one["ErrorDetail"]["ErrorCode"]) for one in answer["Errors"]] == [
        (["3"], "EntityNotFoundException")
    ]
    assert set(crawling.partitions("events")) == {("2",)}


def test_a_partition_is_updated(crawling: Crawling, events: dict[str, str]) -> None:
    glue = crawling.glue
    glue.create_partition(**events, PartitionInput=partition("1"))
    glue.update_partition(
        **events, PartitionValueList=["1"], PartitionInput=partition("1", "s3://bucket/elsewhere/")
    )
    found = crawling.partitions("events")["1",]
    assert found["StorageDescriptor"]["Location"] == "s3://bucket/elsewhere/"
    glue.update_partition(**events, PartitionValueList=["1"], PartitionInput=partition("2"))
    assert set(crawling.partitions("events")) == {("2",)}
    missing = {"PartitionValueList": ["9"], "PartitionInput": partition("9")}
    assert code(glue.update_partition, **events, **missing) == "EntityNotFoundException"


def test_a_classifier_is_updated(crawling: Crawling) -> None:
    glue, name = crawling.glue, crawling.name("csv")
    glue.create_classifier(CsvClassifier={"Name": name, "Delimiter": ",", "ContainsHeader": "PRESENT"})
    glue.update_classifier(CsvClassifier={"Name": name, "Delimiter": "|"})
    found = glue.get_classifier(Name=name)["Classifier"]["CsvClassifier"]
    assert (found["Delimiter"], found["ContainsHeader"]) == ("|", "PRESENT")
    other = {"JsonClassifier": {"Name": name, "JsonPath": "$[*]"}}
    assert code(glue.update_classifier, **other) == "InvalidInputException"
    assert code(glue.update_classifier, CsvClassifier={"Name": "nobody"}) == "EntityNotFoundException"


def test_each_region_has_a_catalog_of_its_own(crawling: Crawling, events: dict[str, str]) -> None:
    elsewhere = Clients(crawling.local_aws.endpoint, "eu-west-1")
    glue: Any = elsewhere.client("glue")
    glue.create_database(DatabaseInput={"Name": crawling.database})
    glue.create_table(DatabaseName=crawling.database, TableInput=table_input("x"))
    glue.update_table(DatabaseName=crawling.database, TableInput=table_input("x", "y"))
    assert len(glue.get_table_versions(**events)["TableVersions"]) == 2
    assert versions(crawling, events) == [["a"]]
    assert glue.get_crawlers()["Crawlers"] == []
    elsewhere.close()
