"""Which permissions an operation needs: its IAM action, the ARN it is checked on, and what comes with it.

AWS rule: actions and resource types of the Service Authorization Reference. An operation that this table does not
have is refused, never allowed; a test holds the table against everything the gateway answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from local_aws.gateway.service import ApiError
from local_aws.iam.identity import Check

Parameters = Mapping[str, Any]

_EVERYTHING = "*"
# Operations about nothing in particular.
_WITHOUT_RESOURCE = {
    "athena": frozenset({"ListDataCatalogs", "ListEngineVersions", "ListWorkGroups"}),
    "cloudwatch": frozenset(
        {"DescribeAlarmsForMetric", "GetMetricData", "GetMetricStatistics", "ListMetrics", "PutMetricData"}
    ),
    "firehose": frozenset({"ListDeliveryStreams"}),
    "glue": frozenset({"GetCrawlerMetrics", "GetCrawlers", "ListCrawlers", "UpdateClassifier"}),
    "kinesis": frozenset(
        {"DescribeAccountSettings", "DescribeLimits", "ListStreams", "UpdateAccountSettings"}
    ),
}
# AWS rule: settings of the catalog as a whole are checked on the catalog.
_ON_THE_CATALOG = frozenset(
    {
        "DeleteResourcePolicy",
        "GetDataCatalogEncryptionSettings",
        "GetResourcePolicies",
        "GetResourcePolicy",
        "PutDataCatalogEncryptionSettings",
        "PutResourcePolicy",
    }
)
_ATHENA_CATALOG = frozenset({"GetDatabase", "GetTableMetadata", "ListDatabases", "ListTableMetadata"})
_ATHENA_NAMED_QUERY = frozenset(
    {"BatchGetNamedQuery", "DeleteNamedQuery", "GetNamedQuery", "UpdateNamedQuery"}
)
_ATHENA_DATA_CATALOG = frozenset(
    {"CreateDataCatalog", "DeleteDataCatalog", "GetDataCatalog", "UpdateDataCatalog"}
)
_ATHENA_EXECUTION = frozenset(
    {
        "BatchGetQueryExecution",
        "GetQueryExecution",
        "GetQueryResults",
        "GetQueryResultsStream",
        "GetQueryRuntimeStatistics",
        "StopQueryExecution",
    }
)
# Operations of MiniStack's that it checks on another resource than AWS does: it knows log groups but not their streams,
# of the catalog, its databases and its tables only one, and no workgroups for what Athena saves in them. Reads of the
# catalog need all that are above them too.
_CATALOG_READS = frozenset(
    {
        "BatchGetPartition",
        "GetDatabase",
        "GetDatabases",
        "GetPartition",
        "GetPartitions",
        "GetTable",
        "GetTables",
    }
)
# AWS rule: operations whose permission is called otherwise than they are.
_PERMISSIONS = {
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
}
_DEFAULT_WORKGROUP = "primary"
_DEFAULT_CATALOG = "AwsDataCatalog"


@runtime_checkable
class NamesResources(Protocol):
    """A service that knows what an operation is about where its parameters alone do not tell."""

    def resource_names(self, operation: str, parameters: Parameters) -> list[str]:
        """Give the names or ARNs of the resources (in Athena's case: workgroups), empty for unknown ones."""


def is_misjudged(service: str, operation: str) -> bool:
    """Tell whether MiniStack checks an operation on another resource than AWS does (see `Actions.corrected`)."""
    return (
        service == "athena"
        or (service == "logs" and operation == "PutLogEvents")
        or (service == "glue" and operation in _CATALOG_READS)
    )


class Actions:
    """Gives the checks for operations of one account."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._resources: Mapping[str, Callable[[str, Parameters, str, object], list[str]]] = {
            "athena": self._athena,
            "cloudwatch": self._cloudwatch,
            "firehose": self._firehose,
            "glue": self._glue,
            "kinesis": self._kinesis,
            "s3": self._s3,
        }

    def checks(
        self, service: str, operation: str, parameters: Parameters, region: str, handler: object
    ) -> list[Check]:
        """Give every permission that the call needs; `handler` is the service that will answer it.

        Raises `ApiError` AccessDeniedException for an operation whose resource is not known.
        """
        action = f"{service}:{_PERMISSIONS.get(operation, operation)}"
        if operation in _WITHOUT_RESOURCE.get(service, ()):
            return [Check(action, _EVERYTHING, _namespace(operation, parameters))]
        find = self._resources.get(service)
        resources = find(operation, parameters, region, handler) if find else []
        if not resources:
            raise ApiError(
                "AccessDeniedException",
                f"The local IAM cannot tell the resource of {action} from {sorted(parameters)}, so it is not allowed.",
            )
        tags = _tag_keys(parameters)
        found = [Check(action, resource, tags) for resource in resources]
        if tags and operation == "CreateDeliveryStream":
            found.append(Check("firehose:TagDeliveryStream", resources[0], tags))
        if tags and service == "cloudwatch" and operation.startswith("Put"):
            found.append(Check("cloudwatch:TagResource", resources[0], tags))
        if tags and (service, operation) == ("glue", "CreateDatabase"):
            name = str(parameters.get("DatabaseInput", {}).get("Name"))
            found.append(Check("glue:TagResource", self._arn(service, region, f"database/{name}"), tags))
        return found + self._passed_roles(service, operation, parameters)

    def corrected(self, service: str, operation: str, parameters: Parameters, region: str) -> list[Check]:
        """Give the checks that AWS makes for an operation that `is_misjudged`."""
        if service == "athena":
            return self.checks(service, operation, parameters, region, None)
        if service == "logs":
            group, stream = parameters.get("logGroupName"), parameters.get("logStreamName")
            resources = [f"log-group:{group}:log-stream:{stream}"]
        else:
            resources = _catalog_reads(operation, parameters)
        return [Check(f"{service}:{operation}", self._arn(service, region, one)) for one in resources]

    def _arn(self, service: str, region: str, resource: str) -> str:
        return f"arn:aws:{service}:{region}:{self._account_id}:{resource}"

    def _cloudwatch(self, operation: str, parameters: Parameters, region: str, _handler: object) -> list[str]:
        if parameters.get("ResourceARN"):
            return [str(parameters["ResourceARN"])]
        if "Dashboard" in operation:
            names = parameters.get("DashboardNames") or [parameters.get("DashboardName") or _EVERYTHING]
            return [f"arn:aws:cloudwatch::{self._account_id}:dashboard/{name}" for name in names]
        if "Alarm" in operation:
            # AWS rule: who describes alarms without naming them needs the permission for all of them.
            names = parameters.get("AlarmNames") or [parameters.get("AlarmName") or _EVERYTHING]
            return [self._arn("cloudwatch", region, f"alarm:{name}") for name in names]
        # What is not built is refused to those who may do everything, and denied to the others.
        return [_EVERYTHING]

    def _firehose(self, operation: str, parameters: Parameters, region: str, _handler: object) -> list[str]:
        name = parameters.get("DeliveryStreamName")
        return [self._arn("firehose", region, f"deliverystream/{name}")] if name else []

    def _kinesis(self, operation: str, parameters: Parameters, region: str, handler: object) -> list[str]:
        for member in ("ConsumerARN", "StreamARN", "ResourceARN"):
            if parameters.get(member):
                return [str(parameters[member])]
        if parameters.get("StreamName"):
            return [self._arn("kinesis", region, f"stream/{parameters['StreamName']}")]
        return _asked(handler, operation, parameters)

    def _glue(self, operation: str, parameters: Parameters, region: str, _handler: object) -> list[str]:
        if operation in ("GetTags", "TagResource", "UntagResource"):
            return [str(parameters["ResourceArn"])] if parameters.get("ResourceArn") else []
        if operation == "SearchTables":
            # AWS rule: a search is about all tables of all databases.
            return [self._arn("glue", region, one) for one in ("catalog", "database/*", "table/*/*")]
        if operation in _CATALOG_READS:
            return [self._arn("glue", region, name) for name in _catalog_reads(operation, parameters)]
        if operation in _ON_THE_CATALOG:
            return [self._arn("glue", region, "catalog")]
        if "Database" in operation or "UserDefinedFunction" in operation or operation == "BatchDeleteTable":
            return [self._arn("glue", region, name) for name in _catalog_changes(operation, parameters)]
        if "Crawl" not in operation:
            return [self._arn("glue", region, name) for name in _catalog_resources(parameters)]
        names = parameters.get("CrawlerNames") or [parameters.get("Name") or parameters.get("CrawlerName")]
        return [self._arn("glue", region, f"crawler/{name}") for name in names if name]

    def _athena(self, operation: str, parameters: Parameters, region: str, handler: object) -> list[str]:
        if operation in _ATHENA_CATALOG:
            catalog = parameters.get("CatalogName") or _DEFAULT_CATALOG
            return [self._arn("athena", region, f"datacatalog/{catalog}")]
        if operation in _ATHENA_EXECUTION:
            # What nobody has run belongs to no workgroup: only those who may read them all learn that.
            groups = _asked(handler, operation, parameters) or [_EVERYTHING]
        elif operation in _ATHENA_NAMED_QUERY:
            groups = _asked(handler, operation, parameters) or [_EVERYTHING]
        elif operation in _ATHENA_DATA_CATALOG:
            return [self._arn("athena", region, f"datacatalog/{parameters.get('Name')}")]
        elif parameters.get("ResourceARN"):
            return [str(parameters["ResourceARN"])]
        elif operation.endswith("WorkGroup") and parameters.get("Name"):
            groups = [str(parameters["Name"])]
        elif operation in (
            "CreateNamedQuery",
            "ListNamedQueries",
            "ListQueryExecutions",
            "StartQueryExecution",
        ):
            groups = [str(parameters.get("WorkGroup") or _DEFAULT_WORKGROUP)]
        else:
            groups = [str(parameters["WorkGroup"])] if parameters.get("WorkGroup") else []
        return [self._arn("athena", region, f"workgroup/{group}") for group in groups]

    def _s3(self, _operation: str, parameters: Parameters, _region: str, _handler: object) -> list[str]:
        return [f"arn:aws:s3:::{parameters['Bucket']}"] if parameters.get("Bucket") else []

    def _passed_roles(self, service: str, operation: str, parameters: Parameters) -> list[Check]:
        """Give `iam:PassRole` for each role that the call hands to the service."""
        if not operation.startswith(("Create", "Update")):
            return []
        passed = (("iam:PassedToService", f"{service}.amazonaws.com"),)
        # Glue takes a role's name, with its path, for the role's ARN.
        roles = (
            role if role.startswith("arn:") else f"arn:aws:iam::{self._account_id}:role/{role.lstrip('/')}"
            for role in _roles(service, parameters)
        )
        return [Check("iam:PassRole", role, passed) for role in dict.fromkeys(roles)]


def _catalog_resources(parameters: Parameters) -> list[str]:
    """Give a table and all that is above it; nothing when the parameters name no table."""
    database = parameters.get("DatabaseName")
    table = (
        parameters.get("TableName") or parameters.get("Name") or parameters.get("TableInput", {}).get("Name")
    )
    return ["catalog", f"database/{database}", f"table/{database}/{table}"] if database and table else []


def _catalog_changes(operation: str, parameters: Parameters) -> list[str]:
    """Return what a change of a database, of functions or of several tables is checked on.

    AWS rule: who deletes a database needs the right for everything in it too.
    """
    database = (
        parameters.get("DatabaseName")
        or (parameters.get("DatabaseInput") or {}).get("Name")
        or parameters.get("Name")
    )
    found = ["catalog", f"database/{database or _EVERYTHING}"]
    if operation == "DeleteDatabase":
        found += [f"table/{database}/*", f"userDefinedFunction/{database}/*"]
    if "UserDefinedFunction" in operation:
        name = parameters.get("FunctionName") or (parameters.get("FunctionInput") or {}).get("FunctionName")
        found.append(f"userDefinedFunction/{database or _EVERYTHING}/{name or _EVERYTHING}")
    return found + [f"table/{database}/{table}" for table in parameters.get("TablesToDelete") or []]


def _asked(handler: object, operation: str, parameters: Parameters) -> list[str]:
    return handler.resource_names(operation, parameters) if isinstance(handler, NamesResources) else []


def _catalog_path(parameters: Parameters) -> list[str]:
    """Give what a call on the Glue catalog is about: the catalog, then the database and the table in it, if any."""
    database, name = parameters.get("DatabaseName"), parameters.get("Name")
    table = parameters.get("TableName") or (parameters.get("TableInput") or {}).get("Name")
    if database is None:
        database = name
    elif table is None:
        table = name
    path = ["catalog"]
    if database:
        path.append(f"database/{database}")
        if table:
            path.append(f"table/{database}/{table}")
    return path


def _catalog_reads(operation: str, parameters: Parameters) -> list[str]:
    """Give what a read of the catalog is checked on. AWS rule: listing is checked on what is listed as well."""
    resources = _catalog_path(parameters)
    database = resources[-1].partition("/")[2]
    if operation == "GetTables":
        resources.append(f"table/{database}/*")
    elif operation == "GetDatabases":
        resources.append("database/*")
    return resources


def _roles(service: str, value: Any) -> list[str]:
    """Find the roles in a call's parameters: members `RoleARN`, a crawler's `Role`, the processors' `RoleArn`."""
    if isinstance(value, Mapping):
        if value.get("ParameterName") == "RoleArn":
            return [str(value.get("ParameterValue"))]
        found = []
        for name, item in value.items():
            is_role = name == "RoleARN" or (service == "glue" and name == "Role")
            found += [str(item)] if is_role and isinstance(item, str) else _roles(service, item)
        return found
    return [role for item in value for role in _roles(service, item)] if isinstance(value, list) else []


def _namespace(operation: str, parameters: Parameters) -> tuple[tuple[str, str], ...]:
    """Give the condition key of PutMetricData; other operations do not have it."""
    if operation != "PutMetricData" or not parameters.get("Namespace"):
        return ()
    return (("cloudwatch:namespace", str(parameters["Namespace"])),)


def _tag_keys(parameters: Parameters) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
    """Give the condition keys `aws:RequestTag/…` and `aws:TagKeys` of a call that brings tags."""
    tags = parameters.get("Tags")
    if isinstance(tags, Mapping):
        pairs = {str(key): str(value) for key, value in tags.items()}
    elif isinstance(tags, list):
        pairs = {str(tag["Key"]): str(tag.get("Value", "")) for tag in tags if isinstance(tag, Mapping)}
    else:
        pairs = {}
    keys = tuple(pairs) or tuple(str(key) for key in parameters.get("TagKeys") or ())
    if not keys:
        return ()
    return (*((f"aws:RequestTag/{key}", value) for key, value in pairs.items()), ("aws:TagKeys", keys))
