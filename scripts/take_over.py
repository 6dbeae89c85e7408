"""Finds what an interrupted apply has made and not written into the state, so that the next one can take it over.

Only what the note of the interrupted apply names is looked for (see `scripts.unfinished`): what exists without having
been begun by this deployment belongs to somebody else, and Terraform's refusal of it stands.

Some services take a second thing of the same name without a word (keys, saved queries), others make what is there
already once more without harm (topics, queues, alarms, settings of buckets). The table below has the first kind and
those that refuse; the last kind is not looked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import denials
from scripts.errors import ToolError
from scripts.session import Session, session_for
from scripts.targets import Target

FILE = "taken_over.tf"
_MISSING = frozenset(
    {
        "404",
        "EntityNotFoundException",
        "InvalidRequestException",  # how Athena says that a workgroup is not there
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFoundException",
        "ResourceNotFoundException",
    }
)


@dataclass(frozen=True)
class Place:
    """Where to look: the clients of a target, its account and the partition of its Region."""

    session: Session
    account_id: str
    partition: str

    @classmethod
    def of(cls, target: Target) -> Place:
        """Look at a target."""
        import boto3

        return cls(
            session_for(target.name, target.endpoint, target.region),
            target.account_id,
            boto3.Session().get_partition_for_region(target.region),
        )


# Gives the id by which Terraform imports a resource with these planned values, None when there is no such thing.
Finder = Callable[[Place, Mapping[str, Any]], str | None]


def found(place: Place, planned: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, str]:
    """Return the import ids, by address, of the resources that exist; ``planned`` has type and values by address."""
    from botocore.exceptions import ClientError

    ids = {}
    for address, (kind, values) in planned.items():
        finder = FINDERS.get(kind)
        if finder is None:
            continue
        try:
            import_id = finder(place, values)
        except ClientError as error:
            denied = denials.found(str(error))
            if denied:
                raise ToolError(
                    f"what the interrupted deployment made cannot be looked for, {denials.advice(denied)}"
                ) from error
            if error.response["Error"]["Code"] not in _MISSING:
                raise
            import_id = None
        if import_id is not None:
            ids[address] = import_id
    return ids


def write(ids: Mapping[str, str], folder: Path) -> None:
    """Write the import blocks that a plan in ``folder`` then shows and its apply carries out; none remove the file."""
    file = folder / FILE
    if not ids:
        file.unlink(missing_ok=True)
        return
    blocks = [f"import {{\n  to = {address}\n  id = {json.dumps(id_)}\n}}\n" for address, id_ in ids.items()]
    text = "# Made by the tools for what an interrupted deployment had made, and gone after the next.\n"
    file.write_text("\n".join([text, *blocks]), encoding="utf-8")


def _bucket(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("s3").head_bucket(Bucket=values["bucket"], ExpectedBucketOwner=place.account_id)
    return str(values["bucket"])


def _stream(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("kinesis").describe_stream_summary(StreamName=values["name"])
    return str(values["name"])


def _delivery_stream(place: Place, values: Mapping[str, Any]) -> str:
    answer = place.session.client("firehose").describe_delivery_stream(DeliveryStreamName=values["name"])
    return str(answer["DeliveryStreamDescription"]["DeliveryStreamARN"])


def _function(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("lambda").get_function(FunctionName=values["function_name"])
    return str(values["function_name"])


def _role(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("iam").get_role(RoleName=values["name"])
    return str(values["name"])


def _policy(place: Place, values: Mapping[str, Any]) -> str:
    arn = f"arn:{place.partition}:iam::{place.account_id}:policy{values['path']}{values['name']}"
    place.session.client("iam").get_policy(PolicyArn=arn)
    return arn


def _log_group(place: Place, values: Mapping[str, Any]) -> str | None:
    pages = place.session.client("logs").get_paginator("describe_log_groups")
    names = {
        group["logGroupName"]
        for page in pages.paginate(logGroupNamePrefix=values["name"])
        for group in page["logGroups"]
    }
    return str(values["name"]) if values["name"] in names else None


def _log_stream(place: Place, values: Mapping[str, Any]) -> str | None:
    answer = place.session.client("logs").describe_log_streams(
        logGroupName=values["log_group_name"], logStreamNamePrefix=values["name"]
    )
    names = {stream["logStreamName"] for stream in answer["logStreams"]}
    return f"{values['log_group_name']}:{values['name']}" if values["name"] in names else None


def _database(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("glue").get_database(Name=values["name"])
    return f"{place.account_id}:{values['name']}"


def _table(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("glue").get_table(DatabaseName=values["database_name"], Name=values["name"])
    return f"{place.account_id}:{values['database_name']}:{values['name']}"


def _crawler(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("glue").get_crawler(Name=values["name"])
    return str(values["name"])


def _security_configuration(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("glue").get_security_configuration(Name=values["name"])
    return str(values["name"])


def _workgroup(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("athena").get_work_group(WorkGroup=values["name"])
    return str(values["name"])


def _prepared_statement(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("athena").get_prepared_statement(
        StatementName=values["name"], WorkGroup=values["workgroup"]
    )
    return f"{values['workgroup']}/{values['name']}"


def _named_query(place: Place, values: Mapping[str, Any]) -> str | None:
    """Give the saved query's id, by which alone it is known; in a workgroup of ours a name stands for one."""
    athena = place.session.client("athena")
    pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=values["workgroup"])
    for query_id in (one for page in pages for one in page["NamedQueryIds"]):
        if athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]["Name"] == values["name"]:
            return str(query_id)
    return None


def _schedule(place: Place, values: Mapping[str, Any]) -> str:
    group = values.get("group_name") or "default"
    place.session.client("scheduler").get_schedule(GroupName=group, Name=values["name"])
    return f"{group}/{values['name']}"


def _budget(place: Place, values: Mapping[str, Any]) -> str:
    place.session.client("budgets").describe_budget(AccountId=place.account_id, BudgetName=values["name"])
    return f"{place.account_id}:{values['name']}"


def _key(place: Place, values: Mapping[str, Any]) -> str | None:
    """Give the key in use that has the description and every tag of the planned one: a key has no name."""
    kms = place.session.client("kms")
    for key in (one for page in kms.get_paginator("list_keys").paginate() for one in page["Keys"]):
        try:
            if _is_key(kms, key["KeyId"], values):
                return str(key["KeyId"])
        except kms.exceptions.ClientError as error:
            # Deployers may look at keys with the lake's tags only: this is not one.
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
    return None


def _is_key(kms: Any, key_id: str, values: Mapping[str, Any]) -> bool:
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    if not described["Enabled"] or described.get("Description", "") != values["description"]:
        return False
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key_id)["Tags"]}
    wanted = dict(values["tags_all"] or {})
    return bool(wanted) and wanted.items() <= tags.items()


def _alias(place: Place, values: Mapping[str, Any]) -> str | None:
    pages = place.session.client("kms").get_paginator("list_aliases").paginate()
    names = {alias["AliasName"] for page in pages for alias in page["Aliases"]}
    return str(values["name"]) if values["name"] in names else None


FINDERS: Mapping[str, Finder] = {
    "aws_athena_named_query": _named_query,
    "aws_athena_prepared_statement": _prepared_statement,
    "aws_athena_workgroup": _workgroup,
    "aws_budgets_budget": _budget,
    "aws_cloudwatch_log_group": _log_group,
    "aws_cloudwatch_log_stream": _log_stream,
    "aws_glue_catalog_database": _database,
    "aws_glue_catalog_table": _table,
    "aws_glue_crawler": _crawler,
    "aws_glue_security_configuration": _security_configuration,
    "aws_iam_policy": _policy,
    "aws_iam_role": _role,
    "aws_kinesis_firehose_delivery_stream": _delivery_stream,
    "aws_kinesis_stream": _stream,
    "aws_kms_alias": _alias,
    "aws_kms_key": _key,
    "aws_lambda_function": _function,
    "aws_s3_bucket": _bucket,
    "aws_scheduler_schedule": _schedule,
}
