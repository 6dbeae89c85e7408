"""Operations on partitions and classifiers that MiniStack lacks, made of those that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.gateway.service import ApiError
from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.clients import Clients

_KINDS = ("GrokClassifier", "XMLClassifier", "JsonClassifier", "CsvClassifier")
_ANSWERED_ONLY = ("CreationTime", "LastUpdated", "Version")


class MissingOperations:
    """Answers them; `behind` are clients of MiniStack."""

    def __init__(self, behind: Clients) -> None:
        self._behind = behind

    @property
    def _glue(self) -> Any:
        return self._behind.client("glue")

    def delete_partitions(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer BatchDeletePartition: what cannot be deleted is reported, the rest is."""
        place = {key: value for key, value in parameters.items() if key != "PartitionsToDelete"}
        self._glue.get_table(DatabaseName=parameters["DatabaseName"], Name=parameters["TableName"])
        failed = []
        for item in parameters["PartitionsToDelete"]:
            try:
                # MiniStack deletes what is not there without a word.
                self._glue.get_partition(**place, PartitionValues=item["Values"])
                self._glue.delete_partition(**place, PartitionValues=item["Values"])
            except ClientError as error:
                detail = error.response["Error"]
                failed.append(
                    {
                        "PartitionValues": item["Values"],
                        "ErrorDetail": {"ErrorCode": detail["Code"], "ErrorMessage": detail["Message"]},
                    }
                )
        return {"Errors": failed}

    def update_partition(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer UpdatePartition; a partition may get other values with it."""
        place = {
            key: parameters[key] for key in ("CatalogId", "DatabaseName", "TableName") if key in parameters
        }
        before = parameters["PartitionValueList"]
        wanted = {"Values": before, **parameters["PartitionInput"]}
        self._glue.get_partition(**place, PartitionValues=before)
        if list(wanted["Values"]) == list(before):
            entry = {"PartitionValueList": before, "PartitionInput": wanted}
            for error in self._glue.batch_update_partition(**place, Entries=[entry])["Errors"]:
                detail = error["ErrorDetail"]
                raise ApiError(detail["ErrorCode"], detail["ErrorMessage"])
            return {}
        self._glue.create_partition(**place, PartitionInput=wanted)
        self._glue.delete_partition(**place, PartitionValues=before)
        return {}

    def update_classifier(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer UpdateClassifier: members that are given replace, the others stay."""
        given = [kind for kind in _KINDS if parameters.get(kind)]
        if len(given) != 1:
            raise invalid_input(f"The request has {given}; exactly one of {', '.join(_KINDS)} is allowed")
        kind = given[0]
        change = parameters[kind]
        present = self._glue.get_classifier(Name=change["Name"])["Classifier"]
        if kind not in present:
            raise invalid_input(f"Classifier {change['Name']} is a {next(iter(present))} and no {kind}")
        kept = {key: value for key, value in present[kind].items() if key not in _ANSWERED_ONLY}
        self._glue.delete_classifier(Name=change["Name"])
        self._glue.create_classifier(**{kind: {**kept, **change}})
        return {}
