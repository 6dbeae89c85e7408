"""Calls of those who deploy: each is checked on the resource, by the conditions and with the further actions of AWS."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique
from tests.integration.iam.conftest import allow, document

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.iam.conftest import Account

ACCOUNT = "000000000000"
IAM = f"arn:aws:iam::{ACCOUNT}"
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
BOUNDED = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
HARMLESS = document(allow("s3:GetObject", "arn:aws:s3:::nothing/*"))


def denied(call: Callable[[], Any]) -> str:
    """Give the action that is named when the call is denied."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    assert error["Code"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError"), error
    return error["Message"].partition("perform: ")[2].split()[0]


def client(clients: Any, service: str) -> Any:
    """Give a client of a service that has no types here."""
    return clients.client(service)


def passes(service: str) -> dict[str, Any]:
    return allow(
        "iam:PassRole", f"{IAM}:role/*", Condition={"StringEquals": {"iam:PassedToService": service}}
    )


def role(account: Account, **more: Any) -> str:
    name = unique("role")
    account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)
    return name


def package() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("it.py", "def handler(event, context): return event\n")
    return made.getvalue()


def test_a_role_has_its_path(account: Account) -> None:
    iam = account.user(allow(["iam:CreateRole", "iam:GetRole"], f"{IAM}:role/lake/*")).client("iam")
    name = unique("role")
    assert denied(lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)) == "iam:CreateRole"
    iam.create_role(RoleName=name, Path="/lake/", AssumeRolePolicyDocument=TRUST)
    assert iam.get_role(RoleName=name)["Role"]["Arn"] == f"{IAM}:role/lake/{name}"
    other = role(account)
    assert denied(lambda: iam.get_role(RoleName=other)) == "iam:GetRole"


def test_a_role_is_made_and_changed_with_its_boundary_only(account: Account) -> None:
    iam = account.user(
        allow(["iam:CreateRole", "iam:PutRolePolicy"], f"{IAM}:role/*", Condition=BOUNDED)
    ).client("iam")
    name, unbounded = unique("role"), role(account)
    assert denied(lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)) == "iam:CreateRole"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=BOUNDARY)
    iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=HARMLESS)
    assert (
        denied(lambda: iam.put_role_policy(RoleName=unbounded, PolicyName="it", PolicyDocument=HARMLESS))
        == "iam:PutRolePolicy"
    )


def test_tags_of_what_is_made_are_a_permission_of_their_own(account: Account) -> None:
    tags: Any = [{"Key": "Team", "Value": "data"}]
    account_wide = ["iam:CreateRole", "iam:CreatePolicy", "sns:CreateTopic", "sqs:CreateQueue"]
    user = account.user(allow([*account_wide, "logs:CreateLogGroup", "glue:CreateDatabase", "kms:CreateKey"]))
    iam, name = user.client("iam"), unique("tagged")
    found = {
        denied(call)
        for call in (
            lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Tags=tags),
            lambda: iam.create_policy(PolicyName=name, PolicyDocument=HARMLESS, Tags=tags),
            lambda: user.client("sns").create_topic(Name=name, Tags=tags),
            lambda: client(user, "sqs").create_queue(QueueName=name, tags={"Team": "data"}),
            lambda: user.client("logs").create_log_group(logGroupName=name, tags={"Team": "data"}),
            lambda: user.client("glue").create_database(DatabaseInput={"Name": "it"}, Tags={"Team": "data"}),
            lambda: user.client("kms").create_key(Tags=[{"TagKey": "Team", "TagValue": "data"}]),
        )
    }
    tagging = {"iam:TagRole", "iam:TagPolicy", "sns:TagResource", "sqs:TagQueue", "logs:TagResource"}
    assert found == {*tagging, "glue:TagResource", "kms:TagResource"}
    user.client("sns").create_topic(Name=name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)


def test_a_policy_is_made_under_its_name(account: Account) -> None:
    iam = account.user(allow("iam:CreatePolicy", f"{IAM}:policy/lake/reader*")).client("iam")
    name = unique("reader")
    assert denied(lambda: iam.create_policy(PolicyName=name, PolicyDocument=HARMLESS)) == "iam:CreatePolicy"
    iam.create_policy(PolicyName=name, Path="/lake/", PolicyDocument=HARMLESS)


def test_a_function_is_given_a_role_by_who_may_pass_it(account: Account) -> None:
    arn = f"{IAM}:role/{role(account)}"
    functions = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function"
    made = allow(["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"], f"{functions}:lake-*")

    def create(lambda_: Any, name: str, **more: Any) -> Callable[[], Any]:
        return lambda: lambda_.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler="it.handler",
            Role=arn,
            Code={"ZipFile": package()},
            **more,
        )

    name = unique("lake")
    assert denied(create(account.user(made).client("lambda"), name)) == "iam:PassRole"
    wrong = account.user(made, passes("glue.amazonaws.com")).client("lambda")
    assert denied(create(wrong, name)) == "iam:PassRole"
    right = account.user(made, passes("lambda.amazonaws.com")).client("lambda")
    assert denied(create(right, unique("other"))) == "lambda:CreateFunction"
    assert denied(create(right, name, Tags={"Team": "data"})) == "lambda:TagResource"
    create(right, name)()
    assert (
        denied(lambda: wrong.get_function_event_invoke_config(FunctionName=name))
        == "lambda:GetFunctionEventInvokeConfig"
    )
    denied(lambda: wrong.update_function_configuration(FunctionName=name, Role=arn))
    right.update_function_configuration(FunctionName=name, Role=arn, MemorySize=256)


def test_schedules_and_copies_are_given_a_role_by_who_may_pass_it(account: Account) -> None:
    arn, bucket, name = f"{IAM}:role/{role(account)}", unique("bucket"), unique("lake")
    s3 = account.root.client("s3")
    for one in (bucket, f"{bucket}-copies"):
        s3.create_bucket(Bucket=one)
        s3.put_bucket_versioning(Bucket=one, VersioningConfiguration={"Status": "Enabled"})
    rule: Any = {
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{bucket}-copies"},
    }
    target: Any = {"Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:it", "RoleArn": arn}

    def copy(user: Any) -> Callable[[], Any]:
        configuration: Any = {"Role": arn, "Rules": [rule]}
        return lambda: user.client("s3").put_bucket_replication(
            Bucket=bucket, ReplicationConfiguration=configuration
        )

    def schedule(user: Any) -> Callable[[], Any]:
        return lambda: client(user, "scheduler").create_schedule(
            Name=name,
            ScheduleExpression="rate(1 day)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=target,
        )

    own = allow(["s3:PutReplicationConfiguration", "scheduler:CreateSchedule"])
    for call, service in ((copy, "s3.amazonaws.com"), (schedule, "scheduler.amazonaws.com")):
        assert denied(call(account.user(own, passes("lambda.amazonaws.com")))) == "iam:PassRole"
        call(account.user(own, passes(service)))()


def test_listings_budgets_and_consumers_are_asked_for_by_aws_names(account: Account) -> None:
    logs = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group"
    user = account.user(allow("logs:DescribeLogGroups", f"{logs}:*"))
    assert isinstance(user.client("logs").describe_log_groups()["logGroups"], list)
    narrow = account.user(allow("logs:DescribeLogGroups", f"{logs}:lake*"))
    assert denied(lambda: narrow.client("logs").describe_log_groups()) == "logs:DescribeLogGroups"

    budget: Any = {
        "BudgetName": unique("lake"),
        "BudgetLimit": {"Amount": "1", "Unit": "USD"},
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
    }
    own = f"arn:aws:budgets::{ACCOUNT}:budget/lake*"
    viewer = client(account.user(allow("budgets:ViewBudget", own)), "budgets")
    assert denied(lambda: viewer.create_budget(AccountId=ACCOUNT, Budget=budget)) == "budgets:ModifyBudget"
    maker = client(account.user(allow("budgets:ModifyBudget", own)), "budgets")
    maker.create_budget(AccountId=ACCOUNT, Budget=budget)
    assert viewer.describe_budget(AccountId=ACCOUNT, BudgetName=budget["BudgetName"])["Budget"]

    maker.update_budget(AccountId=ACCOUNT, NewBudget=budget)

    name = unique("stream")
    kinesis = account.root.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="tail")["Consumer"]["ConsumerARN"]
    reader = account.user(allow("kinesis:DescribeStreamConsumer", f"{arn}/consumer/tail:*")).client("kinesis")
    found = reader.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]
    assert found["ConsumerName"] == "tail"
    assert (
        denied(lambda: reader.deregister_stream_consumer(ConsumerARN=consumer))
        == "kinesis:DeregisterStreamConsumer"
    )


def test_topics_are_known_by_the_arn_of_the_resource(account: Account) -> None:
    topic = account.root.client("sns").create_topic(Name=unique("lake"))["TopicArn"]
    sns = account.user(allow("sns:ListTagsForResource", topic)).client("sns")
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == []
    other = topic.rpartition(":")[0] + ":other"
    assert denied(lambda: sns.list_tags_for_resource(ResourceArn=other)) == "sns:ListTagsForResource"


def test_what_cannot_be_read_is_left_to_the_service(account: Account) -> None:
    """A malformed document is still refused by IAM, for who may make a policy."""
    iam = account.user(allow("iam:CreatePolicy")).client("iam")
    broken = json.dumps({"Version": "2012-10-17"})[:-1]
    with pytest.raises(ClientError) as caught:
        iam.create_policy(PolicyName=unique("broken"), PolicyDocument=broken)
    assert caught.value.response["Error"]["Code"] == "MalformedPolicyDocument"


def test_a_database_goes_with_its_tables(account: Account) -> None:
    name, glue = unique("lake").replace("-", "_"), f"arn:aws:glue:us-east-1:{ACCOUNT}"
    account.root.client("glue").create_database(DatabaseInput={"Name": name})
    itself = [f"{glue}:catalog", f"{glue}:database/{name}"]
    within = [f"{glue}:{kind}/{name}/*" for kind in ("table", "userDefinedFunction")]
    narrow = account.user(allow("glue:DeleteDatabase", itself)).client("glue")
    assert denied(lambda: narrow.delete_database(Name=name)) == "glue:DeleteDatabase"
    account.user(allow("glue:DeleteDatabase", itself + within)).client("glue").delete_database(Name=name)


def test_a_crawler_is_given_a_role_by_its_name_too(account: Account) -> None:
    name, made = unique("lake"), role(account, Path="/lake/")
    crawl = allow("glue:CreateCrawler", f"arn:aws:glue:us-east-1:{ACCOUNT}:crawler/lake*")

    def create(user: Any) -> Callable[[], Any]:
        return lambda: user.client("glue").create_crawler(
            Name=name,
            Role=f"lake/{made}",
            DatabaseName="default",
            Targets={"S3Targets": [{"Path": "s3://nothing/"}]},
        )

    passed = {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}
    assert denied(create(account.user(crawl))) == "iam:PassRole"
    right = account.user(crawl, allow("iam:PassRole", f"{IAM}:role/lake/{made}", Condition=passed))
    # Allowed, and refused for what the role is.
    with pytest.raises(ClientError) as caught:
        create(right)()
    assert caught.value.response["Error"]["Code"] == "InvalidInputException"


@pytest.mark.parametrize("crawler", ["c", "\u00e9t\u00e9 \u2603", " 100% /a:b*#?", "x" * 255])
def test_glue_assumes_the_role_of_a_crawler_of_any_name(account: Account, crawler: str) -> None:
    """A session's name has 2 to 64 characters of a few kinds, a header's value is ASCII; names of crawlers are not."""
    bucket, arn = unique("crawled"), f"arn:aws:glue:us-east-1:{ACCOUNT}:crawler/{crawler}"
    account.root.client("s3").create_bucket(Bucket=bucket)

    def create(source_arn: str) -> None:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "glue.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        condition = {"Condition": {"StringEquals": {"aws:SourceArn": source_arn}}}
        name = unique("crawling")
        made = account.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=document({**trust, **condition})
        )
        listing = document(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
        account.iam.put_role_policy(RoleName=name, PolicyName="list", PolicyDocument=listing)
        account.root.client("glue").create_crawler(
            Name=crawler,
            Role=made["Role"]["Arn"],
            DatabaseName="default",
            Targets={"S3Targets": [{"Path": f"s3://{bucket}/"}]},
        )

    with pytest.raises(ClientError) as caught:
        create(f"{arn}-another")
    assert caught.value.response["Error"]["Code"] == "InvalidInputException"
    create(arn)
    account.root.client("glue").delete_crawler(Name=crawler)
