"""Everything that an account of the local AWS holds, by kind, as its services list it."""

from __future__ import annotations

from typing import Any, Protocol


class Session(Protocol):
    """Whoever makes clients of the account."""

    def client(self, service: str, /) -> Any:
        """Give a client."""


# The kind of thing that each type of resource is one of, for the types that a lake has.
KINDS = {
    "aws_athena_named_query": "named queries",
    "aws_athena_workgroup": "workgroups",
    "aws_cloudwatch_log_group": "log groups",
    "aws_cloudwatch_metric_alarm": "alarms",
    "aws_glue_catalog_database": "databases",
    "aws_glue_catalog_table": "tables",
    "aws_iam_policy": "policies",
    "aws_iam_role": "roles",
    "aws_kinesis_firehose_delivery_stream": "delivery streams",
    "aws_kinesis_stream": "streams",
    "aws_kms_alias": "aliases",
    "aws_kms_key": "keys",
    "aws_lambda_function": "functions",
    "aws_s3_bucket": "buckets",
    "aws_scheduler_schedule": "schedules",
    "aws_sns_topic": "topics",
    "aws_sqs_queue": "queues",
}


def take(session: Session) -> dict[str, list[str]]:
    """Return the names, or ids, of everything by kind; what every account has from the beginning is left out."""
    client = session.client
    athena, glue, kms = client("athena"), client("glue"), client("kms")
    groups = [one["Name"] for one in athena.list_work_groups()["WorkGroups"] if one["Name"] != "primary"]
    databases = _all(glue, "get_databases", "DatabaseList", "Name")
    keys = _all(kms, "list_keys", "Keys", "KeyId")
    return {
        "streams": client("kinesis").list_streams()["StreamNames"],
        "delivery streams": client("firehose").list_delivery_streams()["DeliveryStreamNames"],
        "buckets": [one["Name"] for one in client("s3").list_buckets()["Buckets"]],
        "functions": _all(client("lambda"), "list_functions", "Functions", "FunctionName"),
        "databases": databases,
        "tables": [
            t for d in databases for t in _all(glue, "get_tables", "TableList", "Name", DatabaseName=d)
        ],
        "workgroups": groups,
        "named queries": [
            query
            for group in groups
            for page in athena.get_paginator("list_named_queries").paginate(WorkGroup=group)
            for query in page["NamedQueryIds"]
        ],
        "roles": _all(client("iam"), "list_roles", "Roles", "RoleName"),
        "policies": _all(client("iam"), "list_policies", "Policies", "PolicyName", Scope="Local"),
        "log groups": _all(client("logs"), "describe_log_groups", "logGroups", "logGroupName"),
        "alarms": _all(client("cloudwatch"), "describe_alarms", "MetricAlarms", "AlarmName"),
        "schedules": _all(client("scheduler"), "list_schedules", "Schedules", "Name"),
        "topics": _all(client("sns"), "list_topics", "Topics", "TopicArn"),
        "queues": client("sqs").list_queues().get("QueueUrls", []),
        # One that waits for its deletion is no longer in use; its aliases go at once.
        "keys": [key for key in keys if kms.describe_key(KeyId=key)["KeyMetadata"]["Enabled"]],
        "aliases": [
            one
            for one in _all(kms, "list_aliases", "Aliases", "AliasName")
            if not one.startswith("alias/aws/")
        ],
    }


def _all(client: Any, operation: str, members: str, name: str, **parameters: Any) -> list[str]:
    pages = client.get_paginator(operation).paginate(**parameters)
    return [one[name] for page in pages for one in page.get(members, ())]
