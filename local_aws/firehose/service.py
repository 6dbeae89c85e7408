"""Firehose behind the gateway: every operation of the API, each a short method here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from local_aws.clients import Clients
from local_aws.firehose import description, tags
from local_aws.firehose.dependencies import Dependencies
from local_aws.firehose.destination import Place, merge, with_defaults
from local_aws.firehose.errors import already_exists, in_use, invalid_argument, limit_exceeded, not_found
from local_aws.firehose.intake import Intake
from local_aws.firehose.store import StreamStore
from local_aws.firehose.stream import DESTINATION_ID, KINESIS_SOURCE, DeliveryStream, Encryption
from local_aws.firehose.validation import destination as destination_rules
from local_aws.firehose.validation import encryption as encryption_rules
from local_aws.firehose.validation import request as request_rules
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.config import Settings
    from local_aws.gateway.service import ApiRequest

    Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_LIST_PAGE = 10
_TAGS_PAGE = 50


@dataclass(frozen=True)
class Pace:
    """How long what AWS does in the background takes here, and the quota of streams (reference 1.7)."""

    creating_seconds: float = 0.3
    deleting_seconds: float = 0.3
    encrypting_seconds: float = 0.2
    most_streams: int = 5000


class FirehoseService:
    """The control plane of Firehose, and its intake for direct PUT."""

    name = "firehose"

    def __init__(
        self,
        settings: Settings,
        pace: Pace | None = None,
        dependencies: Dependencies | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._place = Place(settings.account_id, settings.region)
        self._pace = pace or Pace()
        self._clock = clock
        self._clients = Clients(settings.endpoint, settings.region)
        self._dependencies = dependencies or Dependencies(self._clients)
        self._store = StreamStore(settings.firehose_dir / "streams", clock)
        self._intake = Intake(settings.spool_dir, clock)
        self._operations: dict[str, Operation] = {
            "CreateDeliveryStream": self._create,
            "DescribeDeliveryStream": self._describe,
            "ListDeliveryStreams": self._list,
            "DeleteDeliveryStream": self._delete,
            "UpdateDestination": self._update,
            "PutRecord": self._put,
            "PutRecordBatch": self._put_batch,
            "TagDeliveryStream": self._tag,
            "UntagDeliveryStream": self._untag,
            "ListTagsForDeliveryStream": self._list_tags,
            "StartDeliveryStreamEncryption": self._start_encryption,
            "StopDeliveryStreamEncryption": self._stop_encryption,
        }

    def handles(self, operation: str) -> bool:
        """All of Firehose is answered here; an operation that AWS does not have is an error of ours to give."""
        return True

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request; raises `ApiError`."""
        operation = self._operations.get(request.operation)
        if operation is None:
            raise ApiError("UnknownOperationException", f"firehose has no operation {request.operation!r}.")
        return operation(request.parameters)

    def start(self) -> None:
        """Load the delivery streams."""
        self._store.load()

    def stop(self) -> None:
        """Close the spools and the connections."""
        self._intake.close()
        self._clients.close()

    def _create(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = parameters["DeliveryStreamName"]
        request_rules.check_name(name)
        kind = request_rules.stream_kind(parameters)
        source = request_rules.source(parameters, kind)
        settings = request_rules.s3_settings(parameters, "Configuration")
        destination_rules.check(settings, self._place)
        stream_tags = tags.parse(parameters.get("Tags", []))
        now = self._clock()
        encryption = Encryption()
        wanted = parameters.get("DeliveryStreamEncryptionConfigurationInput")
        if wanted is not None:
            encryption = self._encryption(kind, wanted, settled_at=now + self._pace.creating_seconds)
        if self._store.get(name) is not None:
            raise already_exists(name, self._place.account_id)
        if kind == KINESIS_SOURCE:
            self._dependencies.check_stream(source)
        self._dependencies.check_table(settings)
        stream = DeliveryStream(
            name=name,
            arn=f"arn:aws:firehose:{self._place.region}:{self._place.account_id}:deliverystream/{name}",
            kind=kind,
            created_at=round(now, 3),
            active_at=now + self._pace.creating_seconds,
            destination=with_defaults(settings, self._place),
            source=source,
            encryption=encryption,
            tags=stream_tags,
        )
        with self._store.lock:
            if self._store.get(name) is not None:
                raise already_exists(name, self._place.account_id)
            if len(self._store.all()) >= self._pace.most_streams:
                raise limit_exceeded(
                    f"You have already consumed your firehose quota of {self._pace.most_streams} hoses."
                )
            self._intake.forget(name)
            self._store.put(stream)
        return {"DeliveryStreamARN": stream.arn}

    def _describe(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        stream = self._stream(parameters)
        after = parameters.get("ExclusiveStartDestinationId")
        return {"DeliveryStreamDescription": description.describe(stream, self._clock(), after)}

    def _list(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        after = parameters.get("ExclusiveStartDeliveryStreamName", "")
        kind = parameters.get("DeliveryStreamType")
        names = [
            stream.name
            for stream in self._store.all()
            if stream.name > after and (kind is None or stream.kind == kind)
        ]
        limit = parameters.get("Limit", _LIST_PAGE)
        return {"DeliveryStreamNames": names[:limit], "HasMoreDeliveryStreams": len(names) > limit}

    def _delete(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            stream = self._stream(parameters)
            now = self._clock()
            if stream.status(now) == "CREATING":
                raise in_use(f"Firehose {stream.name} is CREATING; it can be deleted when it is ACTIVE.")
            if stream.gone_at is None:
                self._store.put(replace(stream, gone_at=now + self._pace.deleting_seconds))
                self._intake.forget(stream.name)
        return {}

    def _update(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        change = request_rules.s3_settings(parameters, "Update")
        present = self._active_stream(parameters)
        merged = merge(present.destination, change)
        self._check_version(present, parameters["CurrentDeliveryStreamVersionId"])
        if parameters["DestinationId"] != DESTINATION_ID:
            raise invalid_argument(
                f"DestinationId is {parameters['DestinationId']}; the delivery stream has {DESTINATION_ID}."
            )
        destination_rules.check_update(present.destination, merged, self._place)
        self._dependencies.check_table(merged)
        with self._store.lock:
            present = self._active_stream(parameters)
            self._check_version(present, parameters["CurrentDeliveryStreamVersionId"])
            self._store.put(
                replace(
                    present,
                    destination=with_defaults(merged, self._place),
                    version=present.version + 1,
                    updated_at=round(self._clock(), 3),
                )
            )
        return {}

    def _put(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._intake.put(self._stream(parameters), parameters["Record"]["Data"])

    def _put_batch(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._intake.put_batch(self._stream(parameters), parameters["Records"])

    def _tag(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            stream = self._stream(parameters)
            self._store.put(replace(stream, tags=tags.add(stream.tags, parameters["Tags"])))
        return {}

    def _untag(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._store.lock:
            stream = self._stream(parameters)
            self._store.put(replace(stream, tags=tags.remove(stream.tags, parameters["TagKeys"])))
        return {}

    def _list_tags(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        stream = self._stream(parameters)
        return tags.page(
            stream.tags, parameters.get("ExclusiveStartTagKey"), parameters.get("Limit", _TAGS_PAGE)
        )

    def _start_encryption(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = parameters.get("DeliveryStreamEncryptionConfigurationInput", {"KeyType": "AWS_OWNED_CMK"})
        settled_at = self._clock() + self._pace.encrypting_seconds
        encryption = self._encryption(self._stream(parameters).kind, wanted, settled_at)
        return self._encrypt(parameters, encryption)

    def _stop_encryption(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        encryption_rules.check_source(self._stream(parameters).kind)
        return self._encrypt(parameters, Encryption(settled_at=self._clock() + self._pace.encrypting_seconds))

    def _encrypt(self, parameters: Mapping[str, Any], encryption: Encryption) -> Mapping[str, Any]:
        with self._store.lock:
            stream = self._active_stream(parameters)
            status = stream.encryption.status(self._clock())
            if status in ("ENABLING", "DISABLING"):
                raise in_use(f"The encryption of Firehose {stream.name} is {status}.")
            self._store.put(replace(stream, encryption=encryption))
        return {}

    def _encryption(self, kind: str, wanted: Mapping[str, Any], settled_at: float) -> Encryption:
        encryption_rules.check_source(kind)
        encryption_rules.check(wanted, self._place.region)
        if "KeyARN" in wanted:
            self._dependencies.check_key(wanted["KeyARN"])
        return Encryption(True, wanted["KeyType"], wanted.get("KeyARN"), settled_at)

    def _stream(self, parameters: Mapping[str, Any]) -> DeliveryStream:
        name = parameters["DeliveryStreamName"]
        stream = self._store.get(name)
        if stream is None:
            raise not_found(name, self._place.account_id)
        return stream

    def _active_stream(self, parameters: Mapping[str, Any]) -> DeliveryStream:
        stream = self._stream(parameters)
        status = stream.status(self._clock())
        if status != "ACTIVE":
            raise in_use(f"Firehose {stream.name} is {status}; it must be ACTIVE.")
        return stream

    def _check_version(self, stream: DeliveryStream, specified: str) -> None:
        if specified != str(stream.version):
            raise ApiError(
                "ConcurrentModificationException",
                f"Cannot update firehose: {stream.name} since the current version id: {stream.version} and "
                f"specified version id: {specified} do not match",
            )
