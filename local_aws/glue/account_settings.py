"""Settings of a catalog as a whole, encryption and resource policy: kept and shown, not applied."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any, Final

from local_aws.gateway.service import ApiError
from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.kept import Kept

_ENCRYPTION: Final = "encryption"
_POLICY: Final = "policy"
_NOT_ENCRYPTED: Final = {
    "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
    "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False},
}


class AccountSettings:
    """Answers the operations on encryption settings and on the catalog's resource policy."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def get_encryption(self, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetDataCatalogEncryptionSettings; a catalog that was never told is not encrypted."""
        return {"DataCatalogEncryptionSettings": self._kept.get(_ENCRYPTION) or _NOT_ENCRYPTED}

    def put_encryption(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer PutDataCatalogEncryptionSettings: what is not said falls back to the default."""
        self._kept.put(_ENCRYPTION, {**_NOT_ENCRYPTED, **parameters["DataCatalogEncryptionSettings"]})
        return {}

    def get_policy(self, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetResourcePolicy. Raises `ApiError` EntityNotFoundException when there is none."""
        return dict(self._policy())

    def get_policies(self, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetResourcePolicies: the one of this account, if there is one."""
        policy = self._kept.get(_POLICY)
        return {"GetResourcePoliciesResponseList": [policy] if policy else []}

    def put_policy(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer PutResourcePolicy, under the conditions that the request sets on the policy that is there."""
        text = parameters["PolicyInJson"]
        try:
            document = json.loads(text)
        except ValueError as error:
            raise invalid_input(f"PolicyInJson is not JSON: {error}") from error
        if not isinstance(document, dict) or not document.get("Statement"):
            raise invalid_input("PolicyInJson has no Statement")
        with self._kept.lock:
            present = self._kept.get(_POLICY)
            condition = parameters.get("PolicyExistsCondition", "NONE")
            if condition == "MUST_EXIST" and present is None:
                raise _no_policy()
            if condition == "NOT_EXIST" and present is not None:
                raise ApiError("ConditionCheckFailureException", "A resource policy exists already")
            _check_hash(present, parameters.get("PolicyHashCondition"))
            now = round(time.time(), 3)
            digest = hashlib.sha256(text.encode()).hexdigest()
            made = present["CreateTime"] if present else now
            self._kept.put(
                _POLICY, {"PolicyInJson": text, "PolicyHash": digest, "CreateTime": made, "UpdateTime": now}
            )
        return {"PolicyHash": digest}

    def delete_policy(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer DeleteResourcePolicy. Raises `ApiError` EntityNotFoundException when there is none."""
        with self._kept.lock:
            _check_hash(self._policy(), parameters.get("PolicyHashCondition"))
            self._kept.delete(_POLICY)
        return {}

    def _policy(self) -> Mapping[str, Any]:
        policy: Mapping[str, Any] | None = self._kept.get(_POLICY)
        if policy is None:
            raise _no_policy()
        return policy


def _check_hash(policy: Mapping[str, Any] | None, wanted: str | None) -> None:
    if wanted is not None and wanted != (policy or {}).get("PolicyHash"):
        raise ApiError(
            "ConditionCheckFailureException",
            f"PolicyHashCondition is {wanted!r}; the policy has another hash",
        )


def _no_policy() -> ApiError:
    return ApiError("EntityNotFoundException", "Policy not found")
