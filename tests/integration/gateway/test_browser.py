"""The same attacks from a real page: Chromium, headless, with a foreign name that leads to this machine.

Needs Debian's `chromium` (CONTRIBUTING.md); without it these tests fail.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from playwright.sync_api import sync_playwright

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.gateway_fixture import LocalAws

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP evil.example 127.0.0.1",
)
# Sends a request as a page may without asking, and tells what the page learns of the answer.
SEND = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return {type: answer.type, status: answer.status, text: await answer.text()};
  } catch (error) {
    return {type: "error", status: 0, text: String(error)};
  }
}"""
IMAGE = """url => new Promise(done => {
  const image = new Image();
  image.onload = () => done("loaded");
  image.onerror = () => done("refused");
  image.src = url;
})"""
# A form in a frame of the page, as it needs no script to be sent.
FORM = """([url, fields, enctype]) => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.name = `target-${document.forms.length}`;
  document.body.append(frame);
  const form = document.createElement("form");
  Object.assign(form, {action: url, method: "POST", target: frame.name, enctype});
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, {type: "hidden", name, value});
    form.append(input);
  }
  document.body.append(form);
  frame.onload = () => done("sent");
  form.submit();
})"""
SOCKET = """url => new Promise(done => {
  const socket = new WebSocket(url);
  socket.onopen = () => done("open");
  socket.onerror = () => done("refused");
})"""


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = b"<!doctype html><title>a page</title><body>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the base class
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.is_file(), f"{CHROMIUM} is not there; install it: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def pages_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def foreign(browser: Browser, pages_port: int) -> Iterator[Page]:
    """Give a page of somebody else."""
    page = browser.new_page()
    page.goto(f"http://evil.example:{pages_port}/")
    yield page
    page.close()


@pytest.fixture(params=["localhost", "127.0.0.1"])
def own(request: pytest.FixtureRequest, browser: Browser, pages_port: int) -> Iterator[Page]:
    """Give a page that the user serves on this machine."""
    page = browser.new_page()
    page.goto(f"http://{request.param}:{pages_port}/")
    yield page
    page.close()


def _post(url: str, body: str = "", kind: str = "text/plain", **more: str) -> list[Any]:
    return [url, {"method": "POST", "body": body, "headers": {"content-type": kind}, **more}]


def _functions(local_aws: LocalAws) -> list[str]:
    return [one["FunctionName"] for one in local_aws.clients.client("lambda").list_functions()["Functions"]]


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_foreign_page_runs_no_code_and_wipes_nothing(
    foreign: Page, local_aws: LocalAws, name: str, mode: str
) -> None:
    bucket, function = unique("kept"), unique("owned")
    local_aws.clients.client("s3").create_bucket(Bucket=bucket)
    endpoint = f"http://{name}:{local_aws.settings.port}"
    create = json.dumps(
        {
            "FunctionName": function,
            "Runtime": "python3.12",
            "Role": "arn:aws:iam::000000000000:role/x",
            "Handler": "index.handler",
            "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
        }
    )
    for request in (
        _post(f"{endpoint}/2015-03-31/functions", create, mode=mode),
        _post(f"{endpoint}/2015-03-31/functions/{function}/invocations", "{}", mode=mode),
        _post(f"{endpoint}/_ministack/reset", mode=mode),
        _post(f"{endpoint}/_local_aws/reset", mode=mode),
        _post(f"{endpoint}/_ministack/config", '{"x": 1}', mode=mode),
        [f"{endpoint}/_local_aws/health", {"mode": mode}],
    ):
        learned = foreign.evaluate(SEND, request)
        # Nothing is learned: not even that the answer was a refusal.
        assert (learned["type"], learned["status"]) in (("error", 0), ("opaque", 0)), learned
    assert function not in _functions(local_aws)
    local_aws.clients.client("s3").head_bucket(Bucket=bucket)


def test_images_forms_and_sockets_of_a_foreign_page(foreign: Page, local_aws: LocalAws) -> None:
    s3, bucket = local_aws.clients.client("s3"), unique("kept")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(
        Bucket=bucket,
        Key="i.svg",
        Body=b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        ContentType="image/svg+xml",
    )
    address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "i.svg"})
    assert foreign.evaluate(IMAGE, address) == "refused"
    assert foreign.evaluate(IMAGE, f"{local_aws.endpoint}/?Action=DeleteUser&UserName=x") == "refused"
    form = [
        f"{local_aws.endpoint}/",
        {"Action": "CreateUser", "UserName": bucket},
        "application/x-www-form-urlencoded",
    ]
    foreign.evaluate(FORM, form)
    upload = [f"{local_aws.endpoint}/{bucket}", {"key": "written", "file": "x"}, "multipart/form-data"]
    foreign.evaluate(FORM, upload)
    socket = f"ws://127.0.0.1:{local_aws.settings.port}/_aws/execute-api/aaaaaaaa/prod"
    assert foreign.evaluate(SOCKET, socket) == "refused"
    users = local_aws.clients.client("iam").list_users()["Users"]
    assert bucket not in [one["UserName"] for one in users]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["i.svg"]


def test_a_name_that_is_made_to_lead_here(browser: Browser, local_aws: LocalAws) -> None:
    """DNS rebinding: to the browser the gateway is the page's own server."""
    page = browser.new_page()
    answer = page.goto(f"http://evil.example:{local_aws.settings.port}/_local_aws/health")
    assert answer is not None
    assert (answer.status, "evil.example" in answer.text()) == (403, True)
    for path, body in (("/_ministack/reset", ""), ("/2015-03-31/functions", "{}"), ("/_local_aws/reset", "")):
        learned = page.evaluate(SEND, _post(path, body))
        assert (learned["status"], "sent to the host" in learned["text"]) == (403, True)
    page.close()


def test_a_foreign_page_may_not_lead_here(foreign: Page, local_aws: LocalAws) -> None:
    with foreign.expect_navigation():
        foreign.evaluate("url => { location.href = url; }", f"{local_aws.endpoint}/_local_aws/health")
    assert "Forbidden" in foreign.content()


def test_a_page_of_this_machine_may_call(own: Page, local_aws: LocalAws) -> None:
    bucket = unique("paged")
    request = AWSRequest(
        "PUT", f"{local_aws.endpoint}/{bucket}", headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    )
    SigV4Auth(Credentials("test", "test"), "s3", "us-east-1").add_auth(request)
    headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
    learned = own.evaluate(SEND, [request.url, {"method": "PUT", "headers": headers}])
    assert learned["status"] == 200, learned
    local_aws.clients.client("s3").head_bucket(Bucket=bucket)
    learned = own.evaluate(SEND, [f"{local_aws.endpoint}/_local_aws/health", {}])
    assert json.loads(learned["text"])["status"] == "ok"


def test_a_page_of_this_machine_may_not_reset_or_go_unsigned(own: Page, local_aws: LocalAws) -> None:
    bucket = unique("kept")
    local_aws.clients.client("s3").create_bucket(Bucket=bucket)
    request = AWSRequest("POST", f"{local_aws.endpoint}/_local_aws/reset")
    SigV4Auth(Credentials("test", "test"), "local-aws", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    learned = own.evaluate(SEND, [request.url, {"method": "POST", "headers": headers}])
    assert (learned["status"], "may not reset" in learned["text"]) == (403, True), learned
    learned = own.evaluate(SEND, _post(f"{local_aws.endpoint}/2015-03-31/functions", "{}"))
    assert (learned["status"], "missing Authentication Token" in learned["text"]) == (403, True), learned
    local_aws.clients.client("s3").head_bucket(Bucket=bucket)


def test_a_page_of_this_machine_shows_images(own: Page, local_aws: LocalAws) -> None:
    s3, bucket = local_aws.clients.client("s3"), unique("shown")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(
        Bucket=bucket,
        Key="i.svg",
        Body=b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
        ContentType="image/svg+xml",
    )
    address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "i.svg"})
    assert own.evaluate(IMAGE, address) == "loaded"
