"""What AWS asks for before calls that MiniStack answers and judges by less, or by something else.

MiniStack names the resource of many calls `*`, has no permission boundaries as conditions, knows no paths of roles, and
asks neither for `iam:PassRole` nor for the permission to tag what is made with tags. Whoever deploys makes just these
calls, so a policy for that could not be tried out.

AWS rule: actions, resource types and dependent actions of the Service Authorization Reference. Where it knows no
resource for an action, the check is on `*`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, unquote

from local_aws.iam.identity import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.iam.identity import HttpRequest

_EVERYTHING = "*"
Tags = tuple[tuple[str, str | tuple[str, ...]], ...]

_FORMS = frozenset({"iam", "sns"})
_TARGETS = {
    "budgets": re.compile(r"\w+"),
    "kinesis": re.compile(r"(Describe|Deregister)StreamConsumer"),
    "kms": re.compile(r"CreateKey|(Create|Delete|Update)Alias"),
    "logs": re.compile(r"CreateLogGroup|DescribeLogGroups"),
    "sqs": re.compile(r"CreateQueue"),
}
_PATHS = {
    "lambda": (
        ("POST", r"/2015-03-31/functions/?", "CreateFunction"),
        ("PUT", r"/2015-03-31/functions/(?P<name>[^/]+)/configuration", "UpdateFunctionConfiguration"),
        ("GET", r"/2019-09-25/functions/(?P<name>[^/]+)/event-invoke-config", "GetFunctionEventInvokeConfig"),
        ("PUT", r"/2019-09-25/functions/(?P<name>[^/]+)/event-invoke-config", "PutFunctionEventInvokeConfig"),
        (
            "DELETE",
            r"/2019-09-25/functions/(?P<name>[^/]+)/event-invoke-config",
            "DeleteFunctionEventInvokeConfig",
        ),
    ),
    "scheduler": (
        ("POST", r"/schedules/(?P<name>[^/]+)", "CreateSchedule"),
        ("PUT", r"/schedules/(?P<name>[^/]+)", "UpdateSchedule"),
    ),
    "s3": (("PUT", r"/(?P<name>[^/]+)/?", "PutBucketReplication"),),
}
_REPLICATION = "replication"
_ROLE_IN_XML = re.compile(rb"<Role>([^<]+)</Role>")
# AWS rule: who lists log groups is asked for a group without a name.
_ALL_LOG_GROUPS = "log-group::log-stream:"


class Known(Protocol):
    """Somebody who looks up what a call is about."""

    def key(self, name: str) -> tuple[str, Mapping[str, str]] | None:
        """Give ARN and tags of the KMS key with this id, ARN or alias; None when there is none."""

    def role(self, name: str) -> tuple[str, str | None] | None:
        """Give ARN and permissions boundary of a role; None when there is none."""


@dataclass(frozen=True)
class Asked:
    """What a call asks for. With `is_all` MiniStack's own check is left out, else it follows."""

    checks: list[Check]
    is_all: bool


def concerns(service: str, target: str, method: str, path: str, query: str) -> bool:
    """Tell whether a request may be one of those; `target` is the operation in `x-amz-target`, if any."""
    if service in _FORMS:
        return True
    if service in _TARGETS:
        return bool(_TARGETS[service].fullmatch(target))
    return _of_path(service, method, path, query) is not None


class ControlPlane:
    """Gives the checks of one account."""

    def __init__(self, account_id: str, known: Known) -> None:
        self._account_id = account_id
        self._known = known
        self._services: Mapping[str, Callable[[str, Mapping[str, Any], str], Asked | None]] = {
            "budgets": self._budgets,
            "iam": self._iam,
            "kinesis": self._kinesis,
            "kms": self._kms,
            "lambda": self._lambda,
            "logs": self._logs,
            "s3": self._s3,
            "scheduler": self._scheduler,
            "sns": self._sns,
            "sqs": self._sqs,
        }

    def asked(self, service: str, request: HttpRequest, region: str) -> Asked | None:
        """Give what AWS asks for before a call; None when MiniStack asks for the same."""
        operation, parameters = _read(service, request)
        return self._services[service](operation, parameters, region) if service in self._services else None

    def _arn(self, service: str, region: str, resource: str) -> str:
        return f"arn:aws:{service}:{region}:{self._account_id}:{resource}"

    def _passes(self, role: object, service: str) -> list[Check]:
        passed = (("iam:PassedToService", f"{service}.amazonaws.com"),)
        return [Check("iam:PassRole", str(role), passed)] if role else []

    def _budgets(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        budget = parameters.get("Budget") or parameters.get("NewBudget") or {}
        name = parameters.get("BudgetName") or budget.get("BudgetName")
        arn = str(parameters.get("ResourceARN") or self._arn("budgets", "", f"budget/{name or _EVERYTHING}"))
        if operation in ("ListTagsForResource", "TagResource", "UntagResource"):
            action = operation
        else:
            action = "ViewBudget" if operation.startswith("Describe") else "ModifyBudget"
        tags = _listed_tags(parameters.get("ResourceTags"))
        checks = [Check(f"budgets:{action}", arn, tags)]
        if operation == "CreateBudget" and tags:
            checks.append(Check("budgets:TagResource", arn, tags))
        return Asked(checks, is_all=True)

    def _iam(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        path = parameters.get("Path") or "/"
        tags = _form_tags(parameters)
        if operation == "CreatePolicy":
            arn = self._arn("iam", "", f"policy{path}{parameters.get('PolicyName')}")
            tagging = [Check("iam:TagPolicy", arn, tags)] if tags else []
            return Asked([Check("iam:CreatePolicy", arn, tags), *tagging], is_all=True)
        name = parameters.get("RoleName")
        if not name:
            return None
        found = None if operation == "CreateRole" else self._known.role(str(name))
        arn, boundary = found or (self._arn("iam", "", f"role{path}{name}"), None)
        boundary = parameters.get("PermissionsBoundary") or boundary
        context = (*tags, *((("iam:PermissionsBoundary", boundary),) if boundary else ()))
        checks = [Check(f"iam:{operation}", arn, context)]
        if operation == "CreateRole" and tags:
            checks.append(Check("iam:TagRole", arn, tags))
        return Asked(checks, is_all=True)

    def _kinesis(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        arn = parameters.get("ConsumerARN")
        if not arn:
            stream = parameters.get("StreamARN") or self._arn("kinesis", region, "stream/*")
            arn = f"{stream}/consumer/{parameters.get('ConsumerName')}:*"
        return Asked([Check(f"kinesis:{operation}", str(arn))], is_all=True)

    def _kms(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        if operation == "CreateKey":
            return _tagged("kms:TagResource", _EVERYTHING, _with_key_and_value(parameters.get("Tags")))
        # AWS rule: who names a key needs the permission for alias and key; who moves an alias, for both keys.
        action, alias = f"kms:{operation}", str(parameters.get("AliasName", ""))
        named = [parameters.get("TargetKeyId"), alias if operation != "CreateAlias" else None]
        keys = filter(None, (self._known.key(str(name)) for name in named if name))
        return Asked(
            [
                Check(action, self._arn("kms", region, alias)),
                *(
                    Check(
                        action, arn, tuple((f"aws:ResourceTag/{key}", value) for key, value in tags.items())
                    )
                    for arn, tags in keys
                ),
            ],
            is_all=True,
        )

    def _lambda(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        name = str(parameters.get("name") or parameters.get("FunctionName"))
        arn = name if name.startswith("arn:") else self._arn("lambda", region, f"function:{name}")
        passed = self._passes(parameters.get("Role"), "lambda")
        if operation == "UpdateFunctionConfiguration":
            return Asked(passed, is_all=False)
        tagged = _tagged("lambda:TagResource", arn, parameters.get("Tags"))
        return Asked(
            [Check(f"lambda:{operation}", arn), *passed, *(tagged.checks if tagged else [])], is_all=True
        )

    def _logs(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        if operation == "DescribeLogGroups":
            return Asked(
                [Check("logs:DescribeLogGroups", self._arn("logs", region, _ALL_LOG_GROUPS))], is_all=True
            )
        arn = self._arn("logs", region, f"log-group:{parameters.get('logGroupName')}")
        return _tagged("logs:TagResource", arn, parameters.get("tags"))

    def _s3(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        return Asked(self._passes(parameters.get("Role"), "s3"), is_all=False)

    def _scheduler(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        return Asked(self._passes((parameters.get("Target") or {}).get("RoleArn"), "scheduler"), is_all=False)

    def _sns(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        if operation == "CreateTopic":
            return _tagged(
                "sns:TagResource",
                self._arn("sns", region, str(parameters.get("Name"))),
                dict(_form_pairs(parameters)),
            )
        if operation in ("ListTagsForResource", "TagResource", "UntagResource"):
            return Asked(
                [Check(f"sns:{operation}", str(parameters.get("ResourceArn")), _form_tags(parameters))],
                is_all=True,
            )
        return None

    def _sqs(self, operation: str, parameters: Mapping[str, Any], region: str) -> Asked | None:
        return _tagged(
            "sqs:TagQueue", self._arn("sqs", region, str(parameters.get("QueueName"))), parameters.get("tags")
        )


def _of_path(service: str, method: str, path: str, query: str) -> tuple[str, dict[str, str]] | None:
    if service == "s3" and query.partition("&")[0].partition("=")[0] != _REPLICATION:
        return None
    for wanted, pattern, operation in _PATHS.get(service, ()):
        match = re.fullmatch(pattern, path)
        if method == wanted and match:
            return operation, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def _read(service: str, request: HttpRequest) -> tuple[str, Mapping[str, Any]]:
    """Read operation and parameters from whichever protocol the service has."""
    if service in _FORMS:
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        return form.get("Action", ""), form
    if service in _TARGETS:
        return request.header("x-amz-target").rpartition(".")[2], _members(request.body)
    path = request.raw_path.partition("?")[0]
    found = _of_path(service, request.method, path, "&".join(request.query))
    if found is None:
        return "", {}
    operation, names = found
    if service == "s3":
        role = _ROLE_IN_XML.search(request.body)
        return operation, {**names, "Role": role[1].decode() if role else None}
    return operation, {**_members(request.body), **names}


def _members(body: bytes) -> dict[str, Any]:
    """Read a JSON object; what is none is left to the service to refuse."""
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _tagged(action: str, arn: str, tags: object) -> Asked | None:
    """Ask for the permission to tag what is made, when it is made with tags."""
    if not isinstance(tags, dict) or not tags:
        return None
    return Asked([Check(action, arn, _context(tags))], is_all=False)


def _context(tags: Mapping[str, str]) -> Tags:
    return (
        *((f"aws:RequestTag/{key}", str(value)) for key, value in tags.items()),
        ("aws:TagKeys", tuple(tags)),
    )


def _listed_tags(tags: object) -> Tags:
    found = {str(tag["Key"]): str(tag.get("Value", "")) for tag in tags} if isinstance(tags, list) else {}
    return _context(found) if found else ()


def _with_key_and_value(tags: object) -> dict[str, str]:
    return {str(tag["TagKey"]): str(tag["TagValue"]) for tag in tags} if isinstance(tags, list) else {}


def _form_pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    keys = [name for name in form if re.fullmatch(r"Tags\.member\.\d+\.Key", name)]
    return [(form[name], form.get(f"{name.removesuffix('Key')}Value", "")) for name in keys]


def _form_tags(form: Mapping[str, str]) -> Tags:
    pairs = dict(_form_pairs(form))
    return _context(pairs) if pairs else ()
