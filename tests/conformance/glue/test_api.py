"""The operations on crawlers: what they answer and what they refuse."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.glue.crawling import Crawling

ACCOUNT = "000000000000"


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def arn_of(name: str) -> str:
    return f"arn:aws:glue:us-east-1:{ACCOUNT}:crawler/{name}"


def test_a_crawler_is_described_with_every_default(crawling: Crawling) -> None:
    name = crawling.create("events/")
    crawler = crawling.glue.get_crawler(Name=name)["Crawler"]
    assert crawler.pop("CreationTime") == crawler.pop("LastUpdated")
    assert crawler == {
        "Name": name,
        "Role": crawling.role,
        "Targets": {
            "S3Targets": [{"Path": crawling.path("events/"), "Exclusions": []}],
            "JdbcTargets": [],
            "MongoDBTargets": [],
            "DynamoDBTargets": [],
            "CatalogTargets": [],
            "DeltaTargets": [],
            "IcebergTargets": [],
            "HudiTargets": [],
        },
        "DatabaseName": crawling.database,
        "Classifiers": [],
        "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
        "SchemaChangePolicy": {
            "UpdateBehavior": "UPDATE_IN_DATABASE",
            "DeleteBehavior": "DEPRECATE_IN_DATABASE",
        },
        "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
        "State": "READY",
        "CrawlElapsedTime": 0,
        "Version": 1,
        "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
    }


def test_an_update_changes_what_it_names(crawling: Crawling) -> None:
    name = crawling.create(
        "events/", Description="before", TablePrefix="raw_", Schedule="cron(15,45 * * * ? *)"
    )
    crawling.glue.update_crawler(
        Name=name, Description="after", LineageConfiguration={"CrawlerLineageSettings": "ENABLE"}
    )
    crawler = crawling.glue.get_crawler(Name=name)["Crawler"]
    assert (crawler["Version"], crawler["Description"], crawler["TablePrefix"]) == (2, "after", "raw_")
    assert crawler["LineageConfiguration"] == {"CrawlerLineageSettings": "ENABLE"}
    assert crawler["Schedule"] == {"ScheduleExpression": "cron(15,45 * * * ? *)", "State": "SCHEDULED"}
    crawling.glue.update_crawler(Name=name, Schedule="")
    assert "Schedule" not in crawling.glue.get_crawler(Name=name)["Crawler"]


def test_the_role_is_shown_by_its_name(crawling: Crawling) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{crawling.role}"
    name = crawling.create("events/")
    crawling.glue.update_crawler(Name=name, Role=arn)
    assert crawling.glue.get_crawler(Name=name)["Crawler"]["Role"] == crawling.role


def test_a_crawler_that_is_not_there(crawling: Crawling) -> None:
    glue = crawling.glue
    reads = ("EntityNotFoundException", "Crawler entry with name nobody does not exist")
    changes = ("EntityNotFoundException", "Crawler with name nobody does not exist")
    assert refusal(glue.get_crawler, Name="nobody") == reads
    assert refusal(glue.get_tags, ResourceArn=arn_of("nobody")) == reads
    for call in (glue.start_crawler, glue.stop_crawler, glue.delete_crawler, glue.update_crawler):
        assert refusal(call, Name="nobody") == changes
    for call in (
        glue.start_crawler_schedule,
        glue.stop_crawler_schedule,
        glue.update_crawler_schedule,
        glue.list_crawls,
    ):
        assert refusal(call, CrawlerName="nobody") == changes


def test_a_second_crawler_of_the_same_name(crawling: Crawling) -> None:
    name = crawling.create("events/")
    code, message = refusal(
        crawling.glue.create_crawler,
        Name=name,
        Role=crawling.role,
        DatabaseName="d",
        Targets={"S3Targets": [{"Path": "s3://bucket/"}]},
    )
    assert (code, message) == ("AlreadyExistsException", f"Crawler with name {name} already exists")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"Targets": {}}, "has no target"),
        ({"Targets": {"S3Targets": [{"Path": "http://x/"}]}}, "S3Targets.Path is 'http://x/'"),
        ({"Targets": {"S3Targets": [{"Path": "s3://bucket/", "SampleSize": 250}]}}, "is 250; allowed is 1 to 249"),
        ({"Targets": {"S3Targets": [{"Path": "s3://bucket/", "EventQueueArn": "arn:x"}]}}, "EventQueueArn is 'arn:x'"),
        ({"Targets": {"JdbcTargets": [{"Path": "x"}]}}, "JdbcTargets is not supported"),
        ({"Targets": {"DynamoDBTargets": [{"Path": "x"}]}}, "DynamoDBTargets is not supported"),
        ({"DatabaseName": ""}, "DatabaseName is missing"),
        ({"Schedule": "rate(5 minutes)"}, "'rate(5 minutes)' is not a schedule"),
        ({"Schedule": "cron(* * * * ? *)"}, "at least 5 minutes"),
        ({"Configuration": "{"}, "which is not JSON"),
        ({"Configuration": '{"Version":2}'}, "Version 2; allowed is 1.0"),
        ({"Configuration": '{"Version":1.0,"Other":1}'}, "has the member Other"),
        (
            {"Configuration": '{"Version":1.0,"Grouping":{"TableGroupingPolicy":"Some"}}'},
            "TableGroupingPolicy is 'Some'; allowed is CombineCompatibleSchemas",
        ),
        ({"LakeFormationConfiguration": {"UseLakeFormationCredentials": True}}, "UseLakeFormationCredentials is true"),
        ({"Role": "arn:aws:sts::x"}, "Role is 'arn:aws:sts::x'"),
        (
            {"Targets": {"S3Targets": [{"Path": "s3://no-such-bucket-at-all/x"}]}},
            "Unable to validate existence of s3 target s3://no-such-bucket-at-all/x because: NoSuchBucket",
        ),
        ({"Role": "no-such-role"}, "there is no role no-such-role"),
        ({"Tags": {"aws:x": "y"}}, "The tag key 'aws:x' is not allowed"),
    ],
)  # fmt: skip
def test_what_is_refused_names_what_was_received(
    crawling: Crawling, parameters: dict[str, Any], said: str
) -> None:
    whole: dict[str, Any] = {
        "Name": crawling.name("refused"),
        "Role": crawling.role,
        "DatabaseName": crawling.database,
        "Targets": {"S3Targets": [{"Path": crawling.path()}]},
        **parameters,
    }
    code, message = refusal(crawling.glue.create_crawler, **whole)
    assert code == "InvalidInputException"
    assert said in message


def test_a_role_of_another_account(crawling: Crawling) -> None:
    name = crawling.create("events/")
    code, message = refusal(crawling.glue.update_crawler, Name=name, Role="arn:aws:iam::111111111111:role/x")
    assert code == "AccessDeniedException"
    assert message.startswith("Cross-account pass role is not allowed.")


def test_names_come_in_pages_and_by_tag(crawling: Crawling) -> None:
    tag = {"team": unique("tag")}
    names = [crawling.create("events/", name=f"page{number}", Tags=tag) for number in range(3)]
    first = crawling.glue.list_crawlers(Tags=tag, MaxResults=2)
    assert first["CrawlerNames"] == names[:2]
    second = crawling.glue.list_crawlers(Tags=tag, MaxResults=2, NextToken=first["NextToken"])
    assert (second["CrawlerNames"], "NextToken" in second) == (names[2:], False)
    pages = crawling.glue.get_paginator("get_crawlers").paginate(PaginationConfig={"PageSize": 2})
    described = [crawler["Name"] for page in pages for crawler in page["Crawlers"]]
    assert described == sorted(described)
    assert set(names) <= set(described)
    batch = crawling.glue.batch_get_crawlers(CrawlerNames=[names[0], "nobody"])
    assert [crawler["Name"] for crawler in batch["Crawlers"]] == [names[0]]
    assert batch["CrawlersNotFound"] == ["nobody"]
    assert refusal(crawling.glue.list_crawlers, NextToken="%%%")[0] == "InvalidInputException"


def test_tags_of_a_crawler(crawling: Crawling) -> None:
    name = crawling.create("events/", Tags={"a": "1"})
    crawling.glue.tag_resource(ResourceArn=arn_of(name), TagsToAdd={"b": "2", "a": "3"})
    assert crawling.glue.get_tags(ResourceArn=arn_of(name))["Tags"] == {"a": "3", "b": "2"}
    crawling.glue.untag_resource(ResourceArn=arn_of(name), TagsToRemove=["a"])
    assert crawling.glue.get_tags(ResourceArn=arn_of(name))["Tags"] == {"b": "2"}
    many = {f"key{number}": "" for number in range(50)}
    code, message = refusal(crawling.glue.tag_resource, ResourceArn=arn_of(name), TagsToAdd=many)
    assert code == "InvalidInputException"
    assert "51 tags" in message


def test_tags_of_other_resources_are_not_ours(crawling: Crawling) -> None:
    arn = f"arn:aws:glue:us-east-1:{ACCOUNT}:database/{crawling.database}"
    crawling.glue.tag_resource(ResourceArn=arn, TagsToAdd={"a": "1"})
    assert crawling.glue.get_tags(ResourceArn=arn)["Tags"] == {"a": "1"}


def test_a_deleted_crawler_is_forgotten(crawling: Crawling) -> None:
    name = crawling.create("events/")
    crawling.glue.delete_crawler(Name=name)
    assert refusal(crawling.glue.get_crawler, Name=name)[0] == "EntityNotFoundException"


def test_schedules_are_started_and_stopped(crawling: Crawling) -> None:
    glue = crawling.glue
    name = crawling.create("events/")
    assert refusal(glue.start_crawler_schedule, CrawlerName=name)[0] == "NoScheduleException"
    assert refusal(glue.stop_crawler_schedule, CrawlerName=name)[0] == "SchedulerNotRunningException"
    glue.update_crawler_schedule(CrawlerName=name, Schedule="cron(0 12 * * ? *)")
    assert glue.get_crawler(Name=name)["Crawler"]["Schedule"]["State"] == "SCHEDULED"
    assert refusal(glue.start_crawler_schedule, CrawlerName=name)[0] == "SchedulerRunningException"
    glue.stop_crawler_schedule(CrawlerName=name)
    assert glue.get_crawler(Name=name)["Crawler"]["Schedule"]["State"] == "NOT_SCHEDULED"
    glue.update_crawler(Name=name, Description="x")
    assert glue.get_crawler(Name=name)["Crawler"]["Schedule"]["State"] == "NOT_SCHEDULED"
    glue.start_crawler_schedule(CrawlerName=name)
    code, message = refusal(glue.update_crawler_schedule, CrawlerName=name, Schedule="cron(0 12 * * * *)")
    assert code == "InvalidInputException"
    assert "exactly one of them must be ?" in message


def test_stopping_what_does_not_run(crawling: Crawling) -> None:
    name = crawling.create("events/")
    assert refusal(crawling.glue.stop_crawler, Name=name)[0] == "CrawlerNotRunningException"


def test_last_crawl_history_metrics_and_log(crawling: Crawling) -> None:
    crawling.put_json("events/day=1/a.json", {"id": 1})
    crawling.put_json("events/day=2/a.json", {"id": 1})
    name = crawling.create("events/")
    before = crawling.glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"]
    assert before == [
        {
            "CrawlerName": name,
            "TimeLeftSeconds": 0.0,
            "StillEstimating": False,
            "LastRuntimeSeconds": 0.0,
            "MedianRuntimeSeconds": 0.0,
            "TablesCreated": 0,
            "TablesUpdated": 0,
            "TablesDeleted": 0,
        }
    ]
    last = crawling.crawl_again(name)["LastCrawl"]
    assert (last["LogGroup"], last["LogStream"]) == ("/aws-glue/crawlers", name)
    uuid.UUID(last["MessagePrefix"])
    assert crawling.messages(name) == [
        f"BENCHMARK : Running Start Crawl for Crawler {name}",
        f"BENCHMARK : Classification complete, writing results to database {crawling.database}",
        "INFO : Crawler configured with SchemaChangePolicy "
        '{"UpdateBehavior":"UPDATE_IN_DATABASE","DeleteBehavior":"DEPRECATE_IN_DATABASE"}.',
        f"INFO : Created table events in database {crawling.database}",
        "INFO : Created partitions with values [[1], [2]] in table events",
        "BENCHMARK : Finished writing to Catalog",
        "INFO : Run Summary For PARTITION:",
        "INFO : ADD: 2",
        "INFO : Run Summary For TABLE:",
        "INFO : ADD: 1",
        "BENCHMARK : Crawler has finished running and is in state READY",
    ]
    crawling.crawl_again(name)
    crawls = crawling.glue.list_crawls(CrawlerName=name)["Crawls"]
    assert [crawl["State"] for crawl in crawls] == ["COMPLETED", "COMPLETED"]
    assert crawls[1]["CrawlId"] == last["MessagePrefix"]
    assert json.loads(crawls[1]["Summary"]) == {"PARTITION": {"ADD": 2}, "TABLE": {"ADD": 1}}
    assert crawls[1]["StartTime"] <= crawls[1]["EndTime"] <= crawls[0]["StartTime"]
    metrics = crawling.glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
    assert metrics["LastRuntimeSeconds"] > 0
    one = crawling.glue.list_crawls(CrawlerName=name, MaxResults=1)
    rest = crawling.glue.list_crawls(CrawlerName=name, MaxResults=1, NextToken=one["NextToken"])
    assert [crawl["CrawlId"] for crawl in (*one["Crawls"], *rest["Crawls"])] == [
        crawl["CrawlId"] for crawl in crawls
    ]
    millis = str(int(crawls[0]["StartTime"].timestamp() * 1000))
    early = [{"FieldName": "START_TIME", "FilterOperator": "LT", "FieldValue": millis}]
    found = crawling.glue.list_crawls(CrawlerName=name, Filters=early)["Crawls"]
    assert [crawl["CrawlId"] for crawl in found] == [crawls[1]["CrawlId"]]
    failed = [{"FieldName": "STATE", "FilterOperator": "EQ", "FieldValue": "FAILED"}]
    assert crawling.glue.list_crawls(CrawlerName=name, Filters=failed)["Crawls"] == []


def test_a_security_configuration_gives_a_log_group_of_its_own(crawling: Crawling) -> None:
    crawling.put_json("events/a.json", {"id": 1})
    name = crawling.crawl("events/", CrawlerSecurityConfiguration="encrypted")
    last = crawling.glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
    assert last["LogGroup"] == f"/aws-glue/crawlers-role/{crawling.role}-encrypted"
    assert crawling.messages(name)[0] == f"BENCHMARK : Running Start Crawl for Crawler {name}"


def test_a_crawl_that_fails_says_why(crawling: Crawling) -> None:
    name = crawling.create("events/", DatabaseName="no_such_database")
    last = crawling.run(name)["LastCrawl"]
    assert (last["Status"], last["ErrorMessage"]) == ("FAILED", "Database no_such_database not found.")
    assert "ERROR : Database no_such_database not found." in crawling.messages(name)
    crawl = crawling.glue.list_crawls(CrawlerName=name)["Crawls"][0]
    assert (crawl["State"], crawl["ErrorMessage"]) == ("FAILED", "Database no_such_database not found.")


def test_a_bucket_that_is_not_there_fails_the_crawl(crawling: Crawling) -> None:
    name = crawling.create("events/")
    crawling.s3.delete_bucket(Bucket=crawling.bucket)
    last = crawling.run(name)["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert last["ErrorMessage"].startswith("NoSuchBucket: ")


def test_a_classifier_that_cannot_be_used_fails_the_crawl_by_name(crawling: Crawling) -> None:
    classifier = crawling.name("grok")
    crawling.glue.create_classifier(
        GrokClassifier={"Name": classifier, "Classification": "x", "GrokPattern": "%{GREEDYDATA:message}"}
    )
    last = crawling.run(crawling.create("events/", Classifiers=[classifier]))["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert f"classifier {classifier} is a GrokClassifier" in last["ErrorMessage"]


def test_an_empty_path_is_no_failure(crawling: Crawling) -> None:
    crawling.crawl("nothing/here/")
    assert crawling.tables() == {}
