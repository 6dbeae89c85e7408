"""Which requests are about what an object holds."""

from __future__ import annotations

import pytest

from local_aws.s3.encryption import is_about_content, told

LOCAL = "127.0.0.1:4566"


@pytest.mark.parametrize(
    ("method", "host", "path", "query"),
    [
        ("PUT", LOCAL, "/b/k", "x-id=PutObject"),
        ("GET", LOCAL, "/b/k/l", "versionId=1&response-content-type=x"),
        ("HEAD", LOCAL, "/b/k", ""),
        ("PUT", LOCAL, "/b/k", "partNumber=1&uploadId=u"),
        ("POST", LOCAL, "/b/k", "uploads"),
        ("POST", LOCAL, "/b/k", "uploadId=u"),
        ("GET", "b.s3.localhost:4566", "/k", "X-Amz-Signature=0"),
    ],
)
def test_content(method: str, host: str, path: str, query: str) -> None:
    assert is_about_content(method, host, path, query)


@pytest.mark.parametrize(
    ("method", "host", "path", "query"),
    [
        ("GET", LOCAL, "/b/k", "tagging"),
        ("GET", LOCAL, "/b/k", "attributes&x-id=GetObjectAttributes"),
        ("PUT", LOCAL, "/b/k", "acl="),
        ("GET", LOCAL, "/b/k", "uploadId=u"),
        ("POST", LOCAL, "/b/k", "select&select-type=2"),
        ("POST", LOCAL, "/b/k", ""),
        ("DELETE", LOCAL, "/b/k", ""),
        ("GET", LOCAL, "/b", ""),
        ("HEAD", LOCAL, "/b/", ""),
        ("GET", "b.s3.localhost:4566", "/", "list-type=2"),
    ],
)
def test_other_requests(method: str, host: str, path: str, query: str) -> None:
    assert not is_about_content(method, host, path, query)


def test_what_an_answer_says_already_stays() -> None:
    assert told(200, {}) == told(206, {}) == {"x-amz-server-side-encryption": "AES256"}
    assert told(404, {}) == told(304, {}) == {}
    assert told(200, {"x-amz-server-side-encryption": "aws:kms"}) == {}
    assert told(200, {"x-amz-server-side-encryption-customer-algorithm": "AES256"}) == {}
