"""Writes objects to S3, again and again until each is written.

AWS rule: a failing bucket never sends data to the error prefix; a record stays until S3 takes it, reference 1.5.
An error object that cannot be written blocks in the same way. DynamicPartitioningConfiguration's RetryOptions change
nothing: AWS does not say what becomes of the records when that time is over, reference 5.1.
"""

from __future__ import annotations

import hashlib
import logging
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.delivery import log_codes
from local_aws.delivery.errors import RejectedError, StoppedError, UnavailableError, error_code
from local_aws.delivery.ledger import BACKUP, MAIN
from local_aws.delivery.objects import CONTENT_TYPE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from local_aws.clients import Clients
    from local_aws.delivery.metrics import Metrics
    from local_aws.delivery.objects import DeliveryObject

    Refused = Callable[[str, str, str], None]

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 15.0
# Answers that say for certain that nothing was written, and will go on saying so until somebody acts.
_REFUSALS = frozenset(
    {"NoSuchBucket", "AccessDenied", "AllAccessDisabled", "InvalidBucketName", "403", "404"}
)


class ObjectWriter:
    """Writes to S3, the backup under a role of its own if it has one; may be used from several threads.

    `refused` is told the sink, code and text of every failure (see `logs`).
    """

    def __init__(
        self,
        clients: Clients,
        metrics: Metrics,
        stop: threading.Event,
        refused: Refused | None = None,
        backup_clients: Clients | None = None,
    ) -> None:
        self._clients = {MAIN: clients.client("s3"), BACKUP: (backup_clients or clients).client("s3")}
        self._refused = refused
        self._metrics = metrics
        self._stop = stop
        self._failing: dict[str, str] = {}

    @property
    def trouble(self) -> str | None:
        """Why an object is not written at this moment; None when none waits for S3."""
        return next(iter(self._failing.copy().values()), None)

    def put(self, item: DeliveryObject) -> None:
        """Write `item`, waiting as long as it takes. Raises `StoppedError` when the stream is stopped first."""
        pause = _FIRST_PAUSE_SECONDS
        name = f"s3://{item.bucket}/{item.key}"
        metric = "BackupToS3.Success" if item.sink == "backup" else "DeliveryToS3.Success"
        while True:
            try:
                self.try_put(item)
            except (RejectedError, UnavailableError) as error:
                self._metrics.add(metric, 0)
                self._failing[name] = f"{name} is not written: {error}"
                if self._refused is not None:
                    code = error.code if isinstance(error, RejectedError) else error_code(error.__cause__)
                    self._refused(item.sink, *log_codes.of_s3(code))
                _LOG.warning(
                    "s3://%s/%s is not written, trying again in %.1f s: %s",
                    item.bucket,
                    item.key,
                    pause,
                    error,
                )
            else:
                self._metrics.add(metric, 1)
                self._failing.pop(name, None)
                return
            if self._stop.wait(pause):
                self._failing.pop(name, None)
                raise StoppedError(f"s3://{item.bucket}/{item.key} was given up")
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def try_put(self, item: DeliveryObject) -> None:
        """Write `item` once.

        Raises `RejectedError` when S3 refused it for good, `UnavailableError` when it may or may not be written.
        """
        optional: dict[str, Any] = {}
        if item.content_encoding is not None:
            optional["ContentEncoding"] = item.content_encoding
        if item.kms_key_arn is not None:
            optional["ServerSideEncryption"] = "aws:kms"
            optional["SSEKMSKeyId"] = item.kms_key_arn
        try:
            answer = self._clients[item.sink].put_object(
                Bucket=item.bucket, Key=item.key, Body=item.body, ContentType=CONTENT_TYPE, **optional
            )
        except ClientError as error:
            code = error_code(error)
            if code in _REFUSALS:
                raise RejectedError(code, str(error)) from error
            raise UnavailableError(str(error)) from error
        except BotoCoreError as error:
            raise UnavailableError(str(error)) from error
        _check_stored(item, answer)


def _check_stored(item: DeliveryObject, answer: Mapping[str, Any]) -> None:
    """Raise `UnavailableError` when S3 says that it has stored other bytes than were sent.

    The ETag of an object that is not encrypted with a customer's key is the MD5 of its bytes.
    """
    stored = str(answer.get("ETag", "")).strip('"')
    if item.kms_key_arn is not None or not re.fullmatch(r"[0-9a-f]{32}", stored):
        return
    sent = hashlib.md5(item.body, usedforsecurity=False).hexdigest()
    if answer.get("ServerSideEncryption") != "aws:kms" and stored != sent:
        raise UnavailableError(f"S3 has stored other bytes than were sent: ETag {stored}, MD5 {sent}")
