"""The API models of the services we answer: botocore's, the same that every Python client of AWS uses."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from local_aws.gateway.service import ApiError


@lru_cache(maxsize=1)
def _loader() -> Loader:
    return Loader()


@lru_cache(maxsize=256)
def service_model(service: str) -> ServiceModel:
    """Load the model of `service`, by botocore's name of it."""
    description: Any = _loader().load_service_model(service, "service-2")
    return ServiceModel(description, service)


def target_prefix(service: str) -> str | None:
    """Give what stands before the dot in `x-amz-target`, `Firehose_20150804` for `firehose`; None for S3."""
    prefix: str | None = service_model(service).metadata.get("targetPrefix")
    return prefix


def signing_name(service: str) -> str:
    """Give what `service` is called in the credential scope of a signature: `monitoring` for `cloudwatch`."""
    return str(service_model(service).signing_name)


def protocols(service: str) -> frozenset[str]:
    """Give the protocols that `service` speaks: `json`, `query`, `smithy-rpc-v2-cbor`."""
    metadata = service_model(service).metadata
    return frozenset(metadata.get("protocols") or [metadata["protocol"]])


def json_version(service: str) -> str:
    """Give the protocol version of `service`, `1.0` or `1.1`; it is part of the content type."""
    return str(service_model(service).metadata["jsonVersion"])


def operation_model(service: str, operation: str) -> OperationModel:
    """Return the model of an operation. Raises `ApiError` UnknownOperationException."""
    model = service_model(service)
    if operation not in model.operation_names:
        raise ApiError("UnknownOperationException", f"{service} has no operation {operation!r}.")
    return model.operation_model(operation)
