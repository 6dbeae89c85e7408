"""The APIs that MiniStack answers, and which operation of which API a request asks for.

Botocore's models are the truth; what stands here is only which of its 400 services are looked for, so that a request
loads one model and not all. A test holds the tables against the models.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from local_aws.gateway.models import service_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from botocore.model import OperationModel

# What stands before the dot of `x-amz-target`: the JSON services.
JSON_TARGETS = {
    "AWSBudgetServiceGateway": "budgets",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
    "AWSEvents": "events",
    "AWSGlue": "glue",
    "AWSOrganizationsV20161128": "organizations",
    "AWSOrigamiServiceGatewayService": "cur",
    "AWSShineFrontendService_20170701": "translate",
    "AWSStepFunctions": "stepfunctions",
    "AWSWAF_20150824": "waf",
    "AWSWAF_20190729": "wafv2",
    "AWSWAF_Regional_20161128": "waf-regional",
    "AmazonAthena": "athena",
    "AmazonEC2ContainerRegistry_V20150921": "ecr",
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "CertificateManager": "acm",
    "CloudApiService": "cloudcontrol",
    "CodeBuild_20161006": "codebuild",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "DynamoDB_20120810": "dynamodb",
    "ElasticMapReduce": "emr",
    "Firehose_20150804": "firehose",
    "GraniteServiceVersion20100801": "cloudwatch",
    "KinesisAnalytics_20180523": "kinesisanalyticsv2",
    "Kinesis_20131202": "kinesis",
    "Logs_20140328": "logs",
    "OpenSearchServerless": "opensearchserverless",
    "ResourceGroupsTaggingAPI_20170126": "resourcegroupstaggingapi",
    "Route53AutoNaming_v20170314": "servicediscovery",
    "StarlingDoveService": "config",
    "Transcribe": "transcribe",
    "TransferService": "transfer",
    "TrentService": "kms",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
    "secretsmanager": "secretsmanager",
}
# By the name that a signature has for them. Services that share a name are told apart by operation or path.
QUERY_SERVICES = {
    "autoscaling": ("autoscaling",),
    "cloudformation": ("cloudformation",),
    "ec2": ("ec2",),
    "elasticache": ("elasticache",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "iam": ("iam",),
    "monitoring": ("cloudwatch",),
    "rds": ("rds", "docdb", "neptune"),
    "ses": ("ses",),
    "sns": ("sns",),
    "sts": ("sts",),
}
REST_JSON_SERVICES = {
    "account": ("account",),
    "airflow": ("mwaa",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "appconfig": ("appconfig", "appconfigdata"),
    "appsync": ("appsync",),
    "backup": ("backup",),
    "batch": ("batch",),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-agent-runtime", "bedrock-runtime"),
    "dsql": ("dsql",),
    "eks": ("eks",),
    "elasticfilesystem": ("efs",),
    "es": ("opensearch", "es"),
    "geo": ("location",),
    "inspector2": ("inspector2",),
    "iot": ("iot",),
    "iotwireless": ("iotwireless",),
    "kafka": ("kafka",),
    "lambda": ("lambda", "lambda-core", "lambda-microvms"),
    "mediaconnect": ("mediaconnect",),
    "mq": ("mq",),
    "pipes": ("pipes",),
    "rds-data": ("rds-data",),
    "resource-groups": ("resource-groups",),
    "s3tables": ("s3tables",),
    "scheduler": ("scheduler",),
    "ses": ("sesv2",),
    "signer": ("signer",),
}
REST_XML_SERVICES = {"cloudfront": ("cloudfront",), "route53": ("route53",)}

# Where a signature does not call a JSON service as botocore does.
_SIGNING_NAMES = {
    "cloudcontrol": "cloudcontrolapi",
    "cloudwatch": "monitoring",
    "dynamodbstreams": "dynamodb",
    "emr": "elasticmapreduce",
    "kinesisanalyticsv2": "kinesisanalytics",
    "opensearchserverless": "aoss",
    "resourcegroupstaggingapi": "tagging",
    "stepfunctions": "states",
}

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True)
class RestMatch:
    """An operation that method and path ask for, with the percent-encoded values of the path's labels."""

    model: OperationModel
    labels: Mapping[str, str]


@dataclass(frozen=True)
class _Template:
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    operation: str
    labels: tuple[str, ...]


@lru_cache(maxsize=1)
def json_services() -> frozenset[str]:
    """Return the names, as a signature has them, of the services that have only the JSON protocol."""
    shared = {*QUERY_SERVICES, *REST_JSON_SERVICES, *REST_XML_SERVICES, "sqs"}
    return frozenset(_SIGNING_NAMES.get(one, one) for one in JSON_TARGETS.values()) - shared


def query_model(services: Iterable[str], action: str) -> OperationModel | None:
    """Return the model of a query protocol's action, of the first service that has it."""
    for service in services:
        model = service_model(service)
        if action in model.operation_names:
            return model.operation_model(action)
    return None


def rest_match(services: Iterable[str], method: str, path: str, query_string: str) -> RestMatch | None:
    """Return the operation that a REST request asks for; `path` is percent-encoded."""
    asked = set(parse_qsl(query_string, keep_blank_values=True))
    for service in services:
        for template in _templates(service):
            if template.method != method:
                continue
            found = template.path.fullmatch(path)
            if found is not None and all(item in asked for item in template.query):
                model = service_model(service).operation_model(template.operation)
                return RestMatch(model, dict(zip(template.labels, found.groups(), strict=True)))
    return None


@lru_cache(maxsize=64)
def _templates(service: str) -> tuple[_Template, ...]:
    """Return a service's paths, those that say more first: a fixed word before a label, a query before none."""
    model = service_model(service)
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = str(http["requestUri"]).partition("?")
        labels = tuple(label for label, _ in _LABEL.findall(path))
        found.append(
            _Template(
                str(http["method"]),
                _path_pattern(path),
                tuple(parse_qsl(query, keep_blank_values=True)),
                name,
                labels,
            )
        )
    return tuple(sorted(found, key=lambda one: (-len(one.query), len(one.labels), -len(one.path.pattern))))


def _path_pattern(path: str) -> re.Pattern[str]:
    parts, end = [], 0
    for label in _LABEL.finditer(path):
        parts.append(re.escape(path[end : label.start()]))
        parts.append("(.+)" if label[2] else "([^/]+)")
        end = label.end()
    parts.append(re.escape(path[end:]))
    return re.compile("".join(parts).rstrip("/") + "/?", re.DOTALL)
