"""What S3 says of the encryption of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.gateway_fixture import LocalAws

BY_S3 = {"ServerSideEncryption": "AES256"}


def _said(answer: Mapping[str, Any]) -> dict[str, str]:
    names = ("ServerSideEncryption", "SSEKMSKeyId", "SSECustomerAlgorithm")
    return {name: answer[name] for name in names if name in answer}


def _answers(s3: Any, bucket: str, **arguments: str) -> list[dict[str, str]]:
    """Return what each call about an object says, written with `arguments`."""
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"1", **arguments)
    head, get = (
        s3.head_object(Bucket=bucket, Key="a"),
        s3.get_object(Bucket=bucket, Key="a", Range="bytes=0-0"),
    )
    copy = s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a", **arguments)
    begun = s3.create_multipart_upload(Bucket=bucket, Key="m", **arguments)
    which = {"Bucket": bucket, "Key": "m", "UploadId": begun["UploadId"]}
    part = s3.upload_part(**which, PartNumber=1, Body=b"1")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    whole = s3.complete_multipart_upload(**which, MultipartUpload=parts)
    heads = [s3.head_object(Bucket=bucket, Key=key) for key in ("b", "m")]
    return [_said(answer) for answer in (put, head, get, copy, begun, part, whole, *heads)]


@pytest.fixture
def bucket(local_aws: LocalAws) -> str:
    name = unique("encrypted")
    local_aws.clients.client("s3").create_bucket(Bucket=name)
    return name


def test_every_answer_about_an_object_says_how_it_is_encrypted(local_aws: LocalAws, bucket: str) -> None:
    s3 = local_aws.clients.client("s3")
    assert _answers(s3, bucket) == [BY_S3] * 9
    key = local_aws.clients.client("kms").create_key()["KeyMetadata"]["Arn"]
    by_key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    assert _answers(s3, bucket, **by_key) == [by_key] * 9


def test_a_bucket_says_it_for_objects_that_do_not(local_aws: LocalAws, bucket: str) -> None:
    s3 = local_aws.clients.client("s3")
    key = local_aws.clients.client("kms").create_key()["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules: Any = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    assert _answers(s3, bucket) == [{"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}] * 9


def test_an_answer_about_no_object_does_not(local_aws: LocalAws, bucket: str) -> None:
    s3: Any = local_aws.clients.client("s3")
    assert _said(s3.list_objects_v2(Bucket=bucket)) == {}
    with pytest.raises(s3.exceptions.NoSuchKey) as failed:
        s3.get_object(Bucket=bucket, Key="nosuch")
    assert "x-amz-server-side-encryption" not in failed.value.response["ResponseMetadata"]["HTTPHeaders"]
