"""Workgroups: what a query's own settings come to when its workgroup has a say."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena.executions import ENGINE_VERSION
from local_aws.clients import BEHIND_HEADER, Clients
from local_aws.gateway.encoding import Undocumented
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_WORKGROUP = "primary"


@dataclass(frozen=True)
class Workgroup:
    """The settings of a workgroup that matter to a query. `cutoff_bytes` is None without a limit."""

    name: str
    output_location: str | None = None
    encryption: Mapping[str, Any] | None = None
    result_configuration: Mapping[str, Any] = field(default_factory=dict)
    enforced: bool = False
    cutoff_bytes: int | None = None
    publish_metrics: bool = False
    managed_results: bool = False


@dataclass(frozen=True)
class ResultTarget:
    """Where the result of a query goes, and how it is encrypted there; None where its workgroup manages results."""

    location: str | None
    encryption: Mapping[str, Any] | None


class Workgroups:
    """Reads workgroups, which MiniStack keeps.

    AWS answers what nobody has set as well, and says in words that clients look for what is not there.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._behind: dict[str, Clients] = {}

    def get(self, region: str, name: str) -> Mapping[str, Any]:
        """Give a workgroup as GetWorkGroup answers it; raises `ApiError` when there is none."""
        try:
            answer: Any = self.behind(region).client("athena").get_work_group(WorkGroup=name)["WorkGroup"]
        except ClientError as error:
            raise ApiError(
                "InvalidRequestException",
                "WorkGroup is not found.",
                extra={"AthenaErrorCode": "INVALID_INPUT"},
            ) from error
        configuration = answer.get("Configuration") or {}
        complete = {
            "EnableMinimumEncryptionConfiguration": False,
            "ResultConfiguration": {},
            "EnforceWorkGroupConfiguration": name != DEFAULT_WORKGROUP,
            "PublishCloudWatchMetricsEnabled": False,
            "QuerySchedulingType": Undocumented("DEFAULT"),
            "RequesterPaysEnabled": False,
            **configuration,
            "EngineVersion": {
                "Category": Undocumented("Presto"),
                **ENGINE_VERSION,
                **(configuration.get("EngineVersion") or {}),
            },
        }
        # Measured: a workgroup without a description has no such member, and in a list an empty one.
        kept = {key: value for key, value in answer.items() if key != "Description"}
        described = {"Description": _description(answer)} if _description(answer) else {}
        return {**kept, **described, "Configuration": complete}

    def listed(self, region: str, limit: int, token: str) -> Mapping[str, Any]:
        """Return a page of ListWorkGroups: workgroups in the order of their names. Raises `ApiError` for a bad token.

        `token` is the name of the last workgroup of the page before, empty for the first page.
        """
        athena = self.behind(region).client("athena")
        summaries: list[Any] = []
        asked: dict[str, Any] = {}
        while True:
            page = athena.list_work_groups(**asked)
            summaries += page["WorkGroups"]
            if not page.get("NextToken"):
                break
            asked = {"NextToken": page["NextToken"]}
        summaries.sort(key=lambda item: item["Name"])
        start = 0
        if token:
            name = _decoded(token)
            start = sum(item["Name"] <= name for item in summaries)
        rest = summaries[start:]
        answer: dict[str, Any] = {
            "WorkGroups": [
                {
                    **item,
                    "Description": _description(item),
                    "EngineVersion": {**ENGINE_VERSION, **(item.get("EngineVersion") or {})},
                }
                for item in rest[:limit]
            ]
        }
        if len(rest) > limit:
            answer["NextToken"] = _encoded(rest[limit - 1]["Name"])
        return answer

    def delete(self, region: str, parameters: Mapping[str, Any]) -> None:
        """Delete a workgroup; raises `ApiError` as MiniStack refuses."""
        self.get(region, str(parameters["WorkGroup"]))
        try:
            self.behind(region).client("athena").delete_work_group(**parameters)
        except ClientError as error:
            raise ApiError(
                error.response["Error"]["Code"],
                error.response["Error"]["Message"],
                extra={"AthenaErrorCode": "INVALID_INPUT"},
            ) from error

    def read(self, region: str, name: str) -> Workgroup:
        """Give what matters to a query; raises `ApiError` when there is no such workgroup, or it is disabled."""
        answer = self.get(region, name)
        if answer.get("State") == "DISABLED":
            raise ApiError(
                "InvalidRequestException",
                "WorkGroup is disabled.",
                extra={"AthenaErrorCode": "INVALID_INPUT"},
            )
        configuration: Mapping[str, Any] = answer["Configuration"]
        result: Mapping[str, Any] = configuration["ResultConfiguration"]
        managed: Mapping[str, Any] = configuration.get("ManagedQueryResultsConfiguration") or {}
        return Workgroup(
            name=name,
            output_location=result.get("OutputLocation") or None,
            encryption=result.get("EncryptionConfiguration") or None,
            result_configuration=dict(result),
            enforced=bool(configuration["EnforceWorkGroupConfiguration"]),
            cutoff_bytes=configuration.get("BytesScannedCutoffPerQuery"),
            publish_metrics=bool(configuration["PublishCloudWatchMetricsEnabled"]),
            managed_results=bool(managed.get("Enabled", False)),
        )

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for clients in self._behind.values():
                clients.close()
            self._behind.clear()

    def behind(self, region: str) -> Clients:
        """Return the clients of MiniStack in a Region."""
        with self._lock:
            if region not in self._behind:
                self._behind[region] = Clients(self._endpoint, region, headers={BEHIND_HEADER: "1"})
            return self._behind[region]


def _description(item: Mapping[str, Any]) -> str:
    """Return the description of a workgroup; the one of `primary` that MiniStack has is none of AWS's."""
    text = str(item.get("Description") or "")
    return "" if item["Name"] == DEFAULT_WORKGROUP and text == "Primary workgroup" else text


def _encoded(name: str) -> str:
    return base64.urlsafe_b64encode(f"name:{name}".encode()).decode()


def _decoded(token: str) -> str:
    """Return the name of a workgroup that a page token stands for. Raises `ApiError` for a token of nobody's."""
    try:
        mark, _, name = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
    except ValueError:
        mark, name = "", ""
    if mark != "name":
        raise ApiError(
            "InvalidRequestException",
            f"The nextPageToken is malformed: {token}",
            extra={"AthenaErrorCode": "INVALID_INPUT"},
        )
    return name


def result_target(workgroup: Workgroup, requested: Mapping[str, Any]) -> ResultTarget:
    """Choose between the query's own result settings and its workgroup's.

    AWS rule: an enforced workgroup overrides location and encryption, reference 10.1. Raises `ApiError` when there
    is no location at all, and when a location is given although the workgroup manages results.
    """
    if workgroup.managed_results:
        if requested.get("OutputLocation"):
            raise ApiError(
                "InvalidRequestException",
                "OutputLocation cannot be given together with a workgroup that manages query results.",
                extra={"AthenaErrorCode": "INVALID_INPUT"},
            )
        return ResultTarget(None, None)
    location = requested.get("OutputLocation") or workgroup.output_location
    encryption = requested.get("EncryptionConfiguration") or workgroup.encryption
    if workgroup.enforced and workgroup.output_location:
        location, encryption = workgroup.output_location, workgroup.encryption
    if not location:
        raise ApiError(
            "InvalidRequestException",
            "No output location provided. An output location is required either through the Workgroup result"
            " configuration setting or as an API input.",
            extra={"AthenaErrorCode": "INVALID_INPUT"},
        )
    return ResultTarget(location if location.endswith("/") else location + "/", encryption)


def upload_arguments(encryption: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the arguments with which S3 encrypts an object as a result configuration asks."""
    option = (encryption or {}).get("EncryptionOption")
    if option == "SSE_S3":
        return {"ServerSideEncryption": "AES256"}
    if option == "SSE_KMS":
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": str((encryption or {}).get("KmsKey", ""))}
    return {}
