"""Small parts of the crawlers, without any AWS."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.gateway.service import ApiError
from local_aws.glue import configuration, history, pages, tags
from local_aws.glue.configuration import OutputOptions
from local_aws.glue.crawl import names
from local_aws.glue.crawl.grouping import folder_values
from local_aws.glue.crawl.output import merge_new_columns
from local_aws.glue.crawler import Run, role_name

REGION, ACCOUNT = "us-east-1", "000000000000"


def test_configuration_that_has_everything() -> None:
    text = (
        '{"Version":1.0,"CreatePartitionIndex":true,'
        '"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas","TableLevelConfiguration":"3"},'
        '"CrawlerOutput":{"Partitions":{"AddOrUpdateBehavior":"InheritFromTable"},'
        '"Tables":{"AddOrUpdateBehavior":"MergeNewColumns","TableThreshold":5}}}'
    )
    assert configuration.parse(text) == OutputOptions(
        inherit_from_table=True,
        merge_new_columns=True,
        combine_compatible=True,
        table_level=3,
        table_threshold=5,
        create_partition_index=True,
    )
    assert configuration.parse(None) == configuration.parse("") == OutputOptions()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "Configuration is []; it must be a JSON object"),
        ("{}", "Version None; allowed is 1.0"),
        ('{"Version":1.0,"CrawlerOutput":1}', "CrawlerOutput is 1"),
        ('{"Version":1.0,"CrawlerOutput":{"Tables":{"X":1}}}', "CrawlerOutput.Tables has the member X"),
        ('{"Version":1.0,"Grouping":{"TableLevelConfiguration":0}}', "TableLevelConfiguration is 0"),
        ('{"Version":1.0,"Grouping":{"TableLevelConfiguration":true}}', "TableLevelConfiguration is True"),
        ('{"Version":1.0,"CreatePartitionIndex":"yes"}', "CreatePartitionIndex is 'yes'"),
    ],
)
def test_configuration_that_is_refused(text: str, said: str) -> None:
    with pytest.raises(ApiError) as caught:
        configuration.parse(text)
    assert caught.value.code == "InvalidInputException"
    assert said in caught.value.message


def test_pages_follow_each_other() -> None:
    found, parameters = [], dict[str, Any](MaxResults=2)
    while True:
        page, token = pages.page(["a", "b", "c", "d", "é"], parameters, 100)
        found.append(page)
        if token is None:
            break
        parameters["NextToken"] = token
    assert found == [["a", "b"], ["c", "d"], ["é"]]


def test_a_page_begins_behind_a_name_that_is_gone() -> None:
    _, token = pages.page(["a", "b", "c"], {"MaxResults": 2}, 100)
    assert pages.page(["a", "c"], {"NextToken": token}, 100) == (["c"], None)
    _, token = pages.page(["z", "y", "x"], {"MaxResults": 1}, 100, in_order=False)
    assert pages.page(["z", "y", "x"], {"NextToken": token}, 100, in_order=False) == (["y", "x"], None)


RUNS = [Run("one", "COMPLETED", 10.0, 12.0), Run("two", "FAILED", 20.0, 21.0), Run("three", "RUNNING", 30.0)]


@pytest.mark.parametrize(
    ("field", "operator", "value", "left"),
    [
        ("STATE", "EQ", "FAILED", ["two"]),
        ("STATE", "NE", "FAILED", ["one", "three"]),
        ("CRAWL_ID", "EQ", "one", ["one"]),
        ("START_TIME", "GE", "20000", ["two", "three"]),
        ("START_TIME", "LT", "20000", ["one"]),
        ("END_TIME", "GT", "12000", ["two"]),
        ("END_TIME", "LE", "12000", ["one"]),
        ("DPU_HOUR", "EQ", "0", ["one", "two", "three"]),
    ],
)
def test_filters_of_runs(field: str, operator: str, value: str, left: list[str]) -> None:
    condition = {"FieldName": field, "FilterOperator": operator, "FieldValue": value}
    assert [run.crawl_id for run in history.filtered(RUNS, [condition])] == left


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"FieldName": "STATE", "FilterOperator": "EQ"}, "needs FieldName, FilterOperator and FieldValue"),
        ({"FieldName": "STATE", "FilterOperator": "GT", "FieldValue": "x"}, "allowed are EQ and NE"),
        (
            {"FieldName": "END_TIME", "FilterOperator": "GT", "FieldValue": "now"},
            "'now'; it must be a number",
        ),
    ],
)
def test_filters_that_make_no_sense(condition: dict[str, str], said: str) -> None:
    with pytest.raises(ApiError, match=said):
        history.filtered(RUNS, [condition])


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"arn:aws:glue:{REGION}:{ACCOUNT}:crawler/events", "events"),
        (f"arn:aws:glue:{REGION}:{ACCOUNT}:crawler/a/b c/", "a/b c/"),
        (f"arn:aws:glue:{REGION}:{ACCOUNT}:database/lake", None),
        (f"arn:aws:glue:{REGION}:{ACCOUNT}:table/lake/crawler", None),
    ],
)
def test_the_crawler_of_an_arn(arn: str, name: str | None) -> None:
    assert tags.crawler_of(arn, REGION, ACCOUNT) == name


def test_a_crawler_of_another_place() -> None:
    with pytest.raises(ApiError, match=f"the crawlers here are in {REGION}:{ACCOUNT}"):
        tags.crawler_of(f"arn:aws:glue:eu-west-1:{ACCOUNT}:crawler/events", REGION, ACCOUNT)


def test_names_of_tables_and_columns() -> None:
    assert names.table_name("Raw_", "My Data.v1") == "raw_my_data_v1"
    assert names.table_name("", "Ünïcode") == "_n_code"
    assert len(names.table_name("p" * 200, "n" * 200)) == 255
    assert len(names.distinct("n" * 255, "s3://bucket/x/")) == 255
    assert names.distinct("events", "s3://a/events/") != names.distinct("events", "s3://b/events/")
    assert names.column_name("User\nId") == "user_id"


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("crawler", "crawler"),
        ("path/to/crawler", "path/to/crawler"),
        (f"arn:aws:iam::{ACCOUNT}:role/crawler", "crawler"),
        (f"arn:aws:iam::{ACCOUNT}:role/path/to/crawler", "path/to/crawler"),
    ],
)
def test_names_of_roles(role: str, name: str) -> None:
    assert role_name(role) == name


@pytest.mark.parametrize(
    ("folder", "values"),
    [
        ("data/day=1/hour=2/", ("1", "2")),
        ("data/Day=1/hour=10%3A00/", ("1", "10:00")),
        ("data/2026/01/", ("2026", "01")),
        ("data/month=1/hour=2/", None),
        ("data/day=1/", None),
        ("data/day=1/hour=2/minute=3/", None),
        ("data/", None),
        ("other/day=1/hour=2/", None),
    ],
)
def test_partition_values_of_a_folder(folder: str, values: tuple[str, ...] | None) -> None:
    table = {
        "StorageDescriptor": {"Location": "s3://bucket/data"},
        "PartitionKeys": [{"Name": "day", "Type": "string"}, {"Name": "hour", "Type": "string"}],
    }
    assert folder_values(table, "bucket", folder) == values
    assert folder_values(table, "elsewhere", folder) is None


def test_new_columns_are_added_and_nothing_else_changes() -> None:
    present = [
        {"Name": "id", "Type": "int", "Comment": "kept"},
        {"Name": "user", "Type": "struct<name:string>"},
        {"Name": "odd", "Type": "uniontype<int,string>"},
    ]
    found = [
        {"Name": "new", "Type": "double"},
        {"Name": "user", "Type": "struct<age:int,name:int>"},
        {"Name": "id", "Type": "string"},
        {"Name": "odd", "Type": "string"},
    ]
    assert merge_new_columns(present, found) == [
        {"Name": "id", "Type": "int", "Comment": "kept"},
        {"Name": "user", "Type": "struct<name:string,age:int>"},
        {"Name": "odd", "Type": "uniontype<int,string>"},
        {"Name": "new", "Type": "double"},
    ]
