"""Who may drive the local AWS: attacks by web pages and strangers in raw HTTP, and what must go on working."""

from __future__ import annotations

import base64
import http.client
import json
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from local_aws.config import Settings
from tests.gateway_fixture import LocalAws, free_port, unique
from tests.integration.gateway.attacks import ATTACKS, FORGED_QUERY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Credentials("test", "test")
FORGED = Credentials("test", "not the secret")


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    settings = Settings(
        port=free_port(),
        state_dir=tmp_path_factory.mktemp("door") / "state",
        auth=True,
        delivery_enabled=False,
    )
    instance = LocalAws(settings)
    instance.start()
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture(params=["open", "enforcing"])
def instance(request: pytest.FixtureRequest) -> LocalAws:
    name = "local_aws" if request.param == "open" else "enforcing"
    found: LocalAws = request.getfixturevalue(name)
    return found


def sent(
    instance: LocalAws,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | str = b"",
) -> tuple[int, http.client.HTTPMessage, str]:
    """Send a request as it is written, and give status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", instance.settings.port, timeout=30)
    given = {"host": f"127.0.0.1:{instance.settings.port}", **(headers or {})}
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        content = body.encode() if isinstance(body, str) else body
        for name, value in given.items():
            connection.putheader(name, value)
        if "upgrade" not in given:
            connection.putheader("content-length", str(len(content)))
        connection.endheaders(content)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def signed(
    instance: LocalAws,
    service: str,
    credentials: Credentials,
    method: str = "GET",
    path: str = "/",
    body: str = "",
    headers: Mapping[str, str] | None = None,
) -> tuple[int, http.client.HTTPMessage, str]:
    """Send a signed request and give status, headers and body."""
    request = AWSRequest(method, instance.endpoint + path, headers=dict(headers or {}), data=body)
    SigV4Auth(credentials, service, "us-east-1").add_auth(request)
    return sent(instance, method, path, dict(request.headers.items()), body)


def presigned_path(
    instance: LocalAws, service: str, credentials: Credentials, path: str, seconds: int
) -> str:
    request = AWSRequest("GET", instance.endpoint + path)
    S3SigV4QueryAuth(credentials, service, "us-east-1", expires=seconds).add_auth(request)
    parts = urlsplit(str(request.url))
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_are_refused(instance: LocalAws, name: str) -> None:
    attack = ATTACKS[name]
    status, headers, content = sent(instance, attack.method, attack.path, attack.headers, attack.body)
    assert (status, attack.contains in content) == (attack.status, True), content
    assert not [value for header, value in headers.items() if header.lower().startswith("access-control-")]


def test_a_function_that_a_page_wanted_is_not_there(instance: LocalAws) -> None:
    functions = instance.clients.client("lambda").list_functions()["Functions"]
    assert "owned" not in [one["FunctionName"] for one in functions]


def test_a_request_without_a_host(instance: LocalAws) -> None:
    with socket.create_connection(("127.0.0.1", instance.settings.port), timeout=30) as connection:
        connection.sendall(b"GET /_local_aws/health HTTP/1.0\r\n\r\n")
        answer = connection.makefile("rb").read()
    assert b" 403 " in answer.splitlines()[0]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/_ministack/x", {}),
        ("/_aws/execute-api/aaaaaaaa/prod", {"origin": "http://evil.example"}),
        ("/_aws/execute-api/aaaaaaaa/prod", {"host": "evil.example"}),
        ("/anything", {}),
    ],
)
def test_web_sockets_of_strangers_are_refused(instance: LocalAws, path: str, more: dict[str, str]) -> None:
    headers = {
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": base64.b64encode(b"0" * 16).decode(),
        **more,
    }
    assert sent(instance, "GET", path, headers)[0] == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_local_aws/health"),
        ("GET", "/_ministack/health"),
        ("GET", "/_localstack/health"),
        ("HEAD", "/health"),
    ],
)
def test_health_is_open(instance: LocalAws, method: str, path: str) -> None:
    assert sent(instance, method, path)[0] == 200


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8000", "http://[::1]:1"])
def test_a_page_of_this_machine_may_call_and_read(instance: LocalAws, origin: str) -> None:
    asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-amz-target",
    }
    status, headers, _ = sent(instance, "OPTIONS", "/", {"origin": origin, **asked})
    assert status == 204
    assert headers["access-control-allow-headers"] == "authorization,x-amz-target"
    assert headers["access-control-allow-origin"] == origin
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    form = {
        "content-type": "application/x-www-form-urlencoded",
        "origin": origin,
        "sec-fetch-site": "cross-site",
    }
    status, headers, content = signed(instance, "sts", ROOT, "POST", "/", body, form)
    assert (status, "GetCallerIdentityResult" in content) == (200, True)
    assert headers.get_all("access-control-allow-origin") == [origin]
    assert "Origin" in headers.get_all("vary", [])
    assert "*" not in [value for name, value in headers.items() if name.lower().startswith("access-control-")]


def test_answers_to_programs_say_nothing_of_pages(instance: LocalAws) -> None:
    for service, path in (("s3", "/"), ("lambda", "/2015-03-31/functions")):
        status, headers, _ = signed(instance, service, ROOT, path=path)
        assert status == 200
        assert not [name for name in headers if name.lower().startswith("access-control-")]


def test_names_that_sdks_use_for_buckets(instance: LocalAws) -> None:
    bucket = unique("hosted")
    instance.clients.client("s3").create_bucket(Bucket=bucket)
    instance.clients.client("s3").put_object(Bucket=bucket, Key="k", Body=b"hosted")
    for host in (f"{bucket}.localhost:{instance.settings.port}", f"{bucket}.s3.us-east-1.localhost"):
        request = AWSRequest("GET", f"http://{host}/k", headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
        SigV4Auth(ROOT, "s3", "us-east-1").add_auth(request)
        status, _, content = sent(instance, "GET", "/k", {**dict(request.headers.items()), "host": host})
        assert (status, content) == (200, "hosted"), content


def test_public_objects_are_served_to_strangers(instance: LocalAws) -> None:
    s3 = instance.clients.client("s3")
    bucket = unique("public")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="open/a ü", Body=b"public")
    s3.put_object(Bucket=bucket, Key="closed", Body=b"secret")
    assert sent(instance, "GET", f"/{bucket}/open/a%20%C3%BC")[0] == 403
    s3.delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Resource": f"arn:aws:s3:::{bucket}/open/*"}],
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert sent(instance, "GET", f"/{bucket}/open/a%20%C3%BC")[::2] == (200, "public")
    assert sent(instance, "GET", "/open/a%20%C3%BC", {"host": f"{bucket}.localhost"})[::2] == (200, "public")
    for method, path in (
        ("GET", f"/{bucket}/closed"),
        ("GET", f"/{bucket}/open/a%20%C3%BC?acl"),
        ("GET", f"/{bucket}"),
        ("PUT", f"/{bucket}/open/b"),
        ("DELETE", f"/{bucket}/open/a%20%C3%BC"),
        ("GET", f"/{bucket}/open/../closed"),
    ):
        assert sent(instance, method, path)[0] in (403, 404), (method, path)
    assert s3.get_object(Bucket=bucket, Key="closed")["Body"].read() == b"secret"


def test_addresses_and_forms_that_were_signed_before(instance: LocalAws) -> None:
    bucket = unique("signed")
    s3 = instance.clients.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"by address")
    address = urlsplit(s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}))
    assert sent(instance, "GET", f"{address.path}?{address.query}")[::2] == (200, "by address")
    old = boto3.client(
        "s3",
        endpoint_url=instance.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3"),
    )
    address = urlsplit(old.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}))
    old.close()
    assert sent(instance, "GET", f"{address.path}?{address.query}")[::2] == (200, "by address")
    post = s3.generate_presigned_post(bucket, "form")
    fields = [
        f'--X\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in post["fields"].items()
    ]
    file = '--X\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nby form\r\n--X--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=X"}
    assert sent(instance, "POST", f"/{bucket}", kind, "".join(fields) + file)[0] == 204
    assert s3.get_object(Bucket=bucket, Key="form")["Body"].read() == b"by form"


def test_what_aws_serves_unsigned(instance: LocalAws) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    content = sent(instance, "POST", "/", form, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15")[2]
    assert "MissingAuthenticationToken" not in content
    target = {"x-amz-target": "AWSCognitoIdentityService.GetId", "content-type": "application/x-amz-json-1.1"}
    content = sent(instance, "POST", "/", target, '{"IdentityPoolId":"us-east-1:none"}')[2]
    assert "MissingAuthenticationToken" not in content
    assert (
        "MissingAuthenticationToken" not in sent(instance, "GET", "/?Action=Unsubscribe&SubscriptionArn=x")[2]
    )


@pytest.mark.parametrize("service", ["s3", "iam", "firehose", "lambda", "monitoring", "athena", "glue"])
def test_roots_signature_is_verified(enforcing: LocalAws, service: str) -> None:
    requests = {
        "s3": ("GET", "/", "", {}),
        "lambda": ("GET", "/2015-03-31/functions", "", {}),
        "iam": (
            "POST",
            "/",
            "Action=ListUsers&Version=2010-05-08",
            {"content-type": "application/x-www-form-urlencoded"},
        ),
        "firehose": ("POST", "/", "{}", {"x-amz-target": "Firehose_20150804.ListDeliveryStreams"}),
        "monitoring": ("POST", "/", "{}", {"x-amz-target": "GraniteServiceVersion20100801.ListMetrics"}),
        "athena": ("POST", "/", "{}", {"x-amz-target": "AmazonAthena.ListWorkGroups"}),
        "glue": ("POST", "/", "{}", {"x-amz-target": "AWSGlue.GetDatabases"}),
    }
    method, path, body, headers = requests[service]
    if body == "{}":
        headers = {**headers, "content-type": "application/x-amz-json-1.1"}
    assert signed(enforcing, service, ROOT, method, path, body, headers)[0] == 200
    for key in ("test", "000000000000", "111122223333"):
        forged = Credentials(key, "not the secret")
        status, _, content = signed(enforcing, service, forged, method, path, body, headers)
        assert (status, "signature we calculated does not match" in content) == (403, True), content


def test_a_changed_body_is_not_what_root_signed(enforcing: LocalAws) -> None:
    body = "Action=ListUsers&Version=2010-05-08"
    request = AWSRequest(
        "POST",
        enforcing.endpoint + "/",
        headers={"content-type": "application/x-www-form-urlencoded"},
        data=body,
    )
    SigV4Auth(ROOT, "iam", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    assert sent(enforcing, "POST", "/", headers, body)[0] == 200
    status, _, content = sent(enforcing, "POST", "/", headers, body.replace("ListUsers", "ListRoles"))
    assert (status, "SignatureDoesNotMatch" in content) == (403, True)


def test_old_and_forged_addresses_of_root(enforcing: LocalAws) -> None:
    bucket = unique("forged")
    enforcing.clients.client("s3").create_bucket(Bucket=bucket)
    good = presigned_path(enforcing, "s3", ROOT, f"/{bucket}", 60)
    assert sent(enforcing, "GET", good)[0] == 200
    assert sent(enforcing, "GET", presigned_path(enforcing, "s3", FORGED, f"/{bucket}", 60))[0] == 403
    assert sent(enforcing, "GET", good.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"))[0] == 403
    assert sent(enforcing, "GET", presigned_path(enforcing, "s3", ROOT, f"/{bucket}", 700_000))[0] == 403
    status, _, content = sent(enforcing, "GET", presigned_path(enforcing, "s3", ROOT, f"/{bucket}", -60))
    assert status == 403, content
    assert sent(enforcing, "GET", "/?" + FORGED_QUERY)[0] == 403
    assert sent(enforcing, "GET", "/?Action=ListUsers&" + FORGED_QUERY)[0] == 403
    old = f"/{bucket}?AWSAccessKeyId=test&Signature=AAAA&Expires=4000000000"
    assert sent(enforcing, "GET", old)[0] == 403
    assert sent(enforcing, "GET", "/", {"authorization": "AWS test:AAAA", "date": "x"})[0] == 403


def test_a_request_signed_long_ago(enforcing: LocalAws) -> None:
    request = AWSRequest("GET", enforcing.endpoint + "/")
    request.headers["X-Amz-Date"] = "20200101T000000Z"
    auth = SigV4Auth(ROOT, "s3", "us-east-1")
    request.context["timestamp"] = "20200101T000000Z"
    string_to_sign = auth.string_to_sign(request, auth.canonical_request(request))
    signature = auth.signature(string_to_sign, request)
    names = auth.signed_headers(auth.headers_to_sign(request))
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={names}, Signature={signature}"
    )
    status, _, content = sent(
        enforcing, "GET", "/", {**dict(request.headers.items()), "authorization": authorization}
    )
    assert (status, "RequestTimeTooSkewed" in content) == (403, True), content
