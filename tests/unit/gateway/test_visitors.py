"""Which hosts and pages are let in."""

from __future__ import annotations

import pytest

from local_aws.config import Settings
from local_aws.errors import SettingsError
from local_aws.gateway.visitors import Visitors

_LOCAL = Visitors()
_CONTAINER = Visitors(
    "0.0.0.0",  # noqa: S104 - what a container binds to
    ("local-aws", "*.example.test"),
    ("https://app.example.test",),
)


def _reason(visitors: Visitors, **headers: str) -> str | None:
    sent = {"host": "127.0.0.1:4566"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return visitors.refusal(
        [(name.encode(), value.encode("latin-1")) for name, value in sent.items() if value]
    )


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:4566",
        "LOCALHOST:1",
        "localhost.",
        "127.0.0.1:4566",
        "127.8.9.10",
        "[::1]:4566",
        "[::ffff:127.0.0.1]",
        "bucket.localhost:4566",
        "bucket.s3.eu-west-1.localhost",
        "a.execute-api.localhost:4566",
    ],
)
def test_names_of_this_machine_pass(host: str) -> None:
    assert _reason(_LOCAL, host=host) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:4566",
        "localhost.evil.example",
        "evil-localhost",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "localhost:4566@evil.example",
        "localhost:port",
        "192.168.1.5:4566",
        "0.0.0.0:4566",
        "[::]:4566",
        "[2001:db8::1]",
        "2130706433",
        "0x7f.0.0.1",
        "127.1",
        "localhost.localstack.cloud:4566",
        "local-aws",
        "localhost evil",
        "lo\xe7alhost",
    ],
)
def test_other_names_do_not(host: str) -> None:
    assert _reason(_LOCAL, host=host) is not None


@pytest.mark.parametrize(
    "host",
    ["172.17.0.2:4566", "[2001:db8::1]", "local-aws:4566", "bucket.example.test", "localhost", "0.0.0.0"],  # noqa: S104
)
def test_a_container_is_reached_by_its_addresses_and_by_listed_names(host: str) -> None:
    assert _reason(_CONTAINER, host=host) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "example.test", "evil-example.test", "sub.local-aws", "local-aws.x"]
)
def test_a_container_is_not_reached_by_names_that_are_not_listed(host: str) -> None:
    assert _reason(_CONTAINER, host=host) is not None


def test_a_bound_address_is_a_name_of_this_machine() -> None:
    bound = Visitors("192.168.1.5")
    assert _reason(bound, host="192.168.1.5:4566") is None
    assert _reason(bound, host="192.168.1.6:4566") is not None
    assert _reason(Visitors("desk.home"), host="desk.home:4566") is None


def test_two_hosts_or_none_are_refused() -> None:
    assert "0 Host headers" in str(_LOCAL.refusal([]))
    assert "2 Host headers" in str(_LOCAL.refusal([(b"host", b"localhost"), (b"host", b"localhost")]))


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3000",
        "https://127.0.0.1",
        "http://[::1]:8080",
        "http://app.localhost",
        "HTTP://LOCALHOST",
    ],
)
def test_pages_of_this_machine_pass(origin: str) -> None:
    assert _reason(_LOCAL, origin=origin) is None
    assert _reason(_LOCAL, origin=origin, sec_fetch_site="cross-site") is None
    assert _reason(_LOCAL, referer=origin + "/page?x=1", sec_fetch_site="cross-site") is None


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "https://localhost.evil.example",
        "http://evil.example:4566",
        "http://localhost@evil.example",
        "http://192.168.1.5:3000",
        "file://",
        "chrome-extension://abcdef",
        "localhost:3000",
        "http://[::1",
        "https://app.localhost.localstack.cloud",
    ],
)
def test_foreign_pages_do_not(origin: str) -> None:
    assert _reason(_LOCAL, origin=origin) is not None
    assert _reason(_LOCAL, referer=origin + "/page") is not None


@pytest.mark.parametrize(
    ("host", "site", "passes"),
    [
        ("127.0.0.1", "same-origin", True),
        ("127.0.0.1", "none", True),
        ("localhost:4566", "same-site", True),
        ("localhost:4566", "cross-site", False),
        ("127.0.0.1", "anything", False),
        ("bucket.example.test", "same-site", False),
    ],
)
def test_what_a_browser_says_of_the_page(host: str, site: str, passes: bool) -> None:
    assert (_reason(_CONTAINER, host=host, sec_fetch_site=site) is None) is passes


def test_listed_origins_and_the_gateways_own_pass() -> None:
    assert _reason(_CONTAINER, origin="https://app.example.test", sec_fetch_site="cross-site") is None
    assert _reason(_CONTAINER, origin="http://app.example.test") is not None
    assert _reason(_CONTAINER, host="local-aws:4566", origin="http://local-aws:4566") is None
    assert _reason(_CONTAINER, host="local-aws:4566", origin="http://local-aws:4567") is not None


def test_two_origins_are_refused() -> None:
    origin = (b"origin", b"http://localhost:3000")
    assert "2 Origin headers" in str(_LOCAL.refusal([(b"host", b"localhost"), origin, origin]))


def test_the_lists_are_variables() -> None:
    settings = Settings.from_environment(
        {
            "STREAMLAKE_ALLOWED_HOSTS": "local-aws, *.Example.test",
            "STREAMLAKE_ALLOWED_ORIGINS": "https://app.example.test",
        }
    )
    assert Visitors.of(settings) == Visitors(
        "127.0.0.1", ("local-aws", "*.example.test"), ("https://app.example.test",)
    )
    assert Settings.from_environment(settings.to_environment()) == settings


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("STREAMLAKE_ALLOWED_HOSTS", "*"),
        ("STREAMLAKE_ALLOWED_HOSTS", "host:4566"),
        ("STREAMLAKE_ALLOWED_HOSTS", "a*b"),
        ("STREAMLAKE_ALLOWED_ORIGINS", "*"),
        ("STREAMLAKE_ALLOWED_ORIGINS", "app.example.test"),
        ("STREAMLAKE_ALLOWED_ORIGINS", "https://app.example.test/path"),
    ],
)
def test_no_list_lets_everybody_in(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: text})
