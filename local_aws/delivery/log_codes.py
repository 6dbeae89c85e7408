"""Under which code and text a failing S3 or Kinesis is logged in CloudWatch Logs.

AWS rule: codes and texts of the developer guide's list of data delivery errors, reference 2.6. What the list does not
have is an InternalError.
"""

from __future__ import annotations

_S3 = {
    "AccessDenied": (
        "S3.AccessDenied",
        "Access was denied. Ensure that the trust policy for the provided IAM role allows Amazon Data Firehose "
        "to assume the role, and the access policy allows access to the S3 bucket.",
    ),
    "AllAccessDisabled": (
        "S3.AllAccessDisabled",
        "Access to the account provided has been disabled. Contact AWS Support.",
    ),
    "InvalidToken": (
        "S3.InvalidToken",
        "The provided token is malformed or otherwise invalid. Please check the credentials provided.",
    ),
    "KMS.DisabledException": (
        "S3.KMS.KeyDisabled",
        "The provided KMS key is disabled. Enable the key or use a different key.",
    ),
    "KMS.KMSInvalidStateException": (
        "S3.KMS.InvalidStateException",
        "The provided KMS key is in an invalid state. Please use a different key.",
    ),
    "KMS.NotFoundException": (
        "S3.KMS.NotFoundException",
        "The provided AWS KMS key was not found. If you are using what you believe to be a valid AWS KMS key with "
        "the correct role, check if there is a problem with the account to which the AWS KMS key is attached.",
    ),
    "MethodNotAllowed": (
        "S3.MethodNotAllowed",
        "The specified method is not allowed against this resource. Modify the bucket's policy to allow the "
        "correct Amazon S3 operation permissions.",
    ),
    "NoSuchBucket": (
        "S3.NoSuchBucket",
        "The specified bucket does not exist. Create the bucket or use a different bucket that does exist.",
    ),
    "SlowDown": (
        "S3.SlowDown",
        "The rate of put request to the specified bucket was too high. Increase Firehose stream buffer size or "
        "reduce put requests from other applications.",
    ),
}
_INTERNAL = (
    "InternalError",
    "An internal error occurred while attempting to deliver data. Delivery will be retried; if the error persists, "
    "then it will be reported to AWS for resolution.",
)

_KINESIS_ACCESS = (
    "Kinesis.AccessDenied",
    "Access was denied when calling Kinesis. Ensure the access policy on the IAM role used allows access to the "
    "appropriate Kinesis APIs.",
)
_KINESIS_THROTTLING = (
    "Kinesis.Throttling",
    "Throttling error encountered when calling Kinesis. This can be due to other applications calling the same APIs "
    "as the Firehose stream, or because you have created too many Firehose streams with the same Kinesis stream as "
    "the source.",
)
_KINESIS_KEY = (
    "Kinesis.KMS.InvalidStateException",
    "Firehose is unable to read from the source Kinesis Stream because the KMS key used to encrypt it is in an "
    "invalid state.",
)
_KINESIS = {
    "AccessDeniedException": _KINESIS_ACCESS,
    "AccessDenied": _KINESIS_ACCESS,
    "ResourceNotFoundException": (
        "Kinesis.ResourceNotFound",
        "Firehose failed to read from the stream. If the Firehose is attached with Kinesis Stream, the stream may not "
        "exist, or the shard may have been merged or split. If the Firehose is of DirectPut type, the Firehose may "
        "not exist any more.",
    ),
    "ProvisionedThroughputExceededException": _KINESIS_THROTTLING,
    "LimitExceededException": _KINESIS_THROTTLING,
    "ThrottlingException": _KINESIS_THROTTLING,
    "KMSAccessDeniedException": (
        "Kinesis.KMS.AccessDeniedException",
        "Firehose does not have access to the KMS Key used to encrypt/decrypt the Kinesis Stream. Please grant the "
        "Firehose delivery role access to the key.",
    ),
    "KMSDisabledException": (
        "Kinesis.KMS.KeyDisabled",
        "Firehose is unable to read from the source Kinesis Stream because the KMS key used to encrypt/decrypt it is "
        "disabled. Enable the key so that reads can proceed.",
    ),
    "KMSInvalidStateException": _KINESIS_KEY,
    "KMSNotFoundException": (
        "Kinesis.KMS.NotFoundException",
        "Firehose is unable to read from the source Kinesis Stream because the KMS key used to encrypt it was not "
        "found.",
    ),
}


def of_s3(code: str) -> tuple[str, str]:
    """Give code and text for an error code of S3, empty when it did not answer."""
    return _S3.get(code, _INTERNAL)


def of_kinesis(code: str) -> tuple[str, str] | None:
    """Give code and text for an error code of Kinesis; None for one that passes and is not logged."""
    return _KINESIS.get(code)
