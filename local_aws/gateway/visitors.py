"""Which requests may come in at all: by the name they were sent to, and by the page that sent them.

A browser on this machine can reach the gateway, and so can every page that it shows. Two things give a page away: the
name in `Host`, when its owner lets the name resolve to this machine (DNS rebinding), and `Origin`, `Referer` and
`Sec-Fetch-Site`, which pages cannot set. Programs send none of the latter.

| part of the request | passes |
|---|---|
| Host | `localhost`, `*.localhost` (so S3's `<bucket>.localhost` too), 127.0.0.0/8, `[::1]` |
| | the address that `STREAMLAKE_BIND_HOST` names (0.0.0.0 and :: stand for every address) |
| | names in `STREAMLAKE_ALLOWED_HOSTS` |
| Origin | none; http or https at one of these loopback hosts; the gateway's own; `STREAMLAKE_ALLOWED_ORIGINS` |
| Referer, without Origin | none, or of an origin that passes |
| Sec-Fetch-Site, without both | none, `same-origin`, `none`, `same-site` at a loopback host |

Everything else is refused: another name, no Host or two, another Origin (`null` too) or two, `cross-site`.

The port of a Host is not looked at: tunnels and containers map ports, and rebinding needs a name. Addresses need no
allow-list: no page can come from an address that leads to its attacker and to this machine.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local_aws.config import Settings

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?")
_WEB = ("http", "https")


@dataclass(frozen=True)
class Visitors:
    """What one gateway lets in."""

    bind_host: str = "127.0.0.1"
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Visitors:
        """Return the rules of a gateway with these settings."""
        return cls(settings.bind_host.lower(), settings.allowed_hosts, settings.allowed_origins)

    def refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """Return why a request is not let in, as a sentence, or None for one that is."""
        found = _collected(headers)
        hosts, origins = found[b"host"], found[b"origin"]
        if len(hosts) != 1:
            return f"The request has {len(hosts)} Host headers; exactly one is allowed."
        host = hosts[0].lower()
        if not self._is_our_host(host):
            return (
                f"The request was sent to the host {hosts[0]!r}; allowed are localhost, *.localhost, loopback "
                "addresses, the address that STREAMLAKE_BIND_HOST names, and names listed in STREAMLAKE_ALLOWED_HOSTS."
            )
        if len(origins) > 1:
            return f"The request has {len(origins)} Origin headers; at most one is allowed."
        if origins:
            return None if self._is_our_page(origins[0], host) else _foreign_page("Origin", origins[0])
        referers = found[b"referer"]
        if referers:
            foreign = [one for one in referers if not self._is_our_page(one, host)]
            return _foreign_page("Referer", foreign[0]) if foreign else None
        return self._site_refusal(found[b"sec-fetch-site"], host)

    def _site_refusal(self, sites: list[str], host: str) -> str | None:
        allowed = {"same-origin", "none"}
        if _is_loopback(_name(host)):
            # A page of the same site as a loopback host is on a loopback host itself.
            allowed.add("same-site")
        foreign = [site for site in sites if site not in allowed]
        return _foreign_page("Sec-Fetch-Site", foreign[0]) if foreign else None

    def _is_our_host(self, authority: str) -> bool:
        name = _name(authority)
        if name is None:
            return False
        if _is_loopback(name) or name == self.bind_host:
            return True
        address = _address(name)
        if address is not None:
            bound = _address(self.bind_host)
            return bound is not None and (bound.is_unspecified or bound == address)
        return any(
            name.endswith(one[1:]) if one.startswith("*.") else name == one for one in self.allowed_hosts
        )

    def _is_our_page(self, url: str, host: str) -> bool:
        try:
            parts = urlsplit(url.lower())
        except ValueError:
            return False
        if parts.scheme not in _WEB or "@" in parts.netloc:
            return False
        origin = f"{parts.scheme}://{parts.netloc}"
        return parts.netloc == host or origin in self.allowed_origins or _is_loopback(_name(parts.netloc))


def origin_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """Return the Origin of a request that was let in, None for a request that no page sent."""
    return next((value for name, value in headers if name == b"origin"), None)


def _collected(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {b"host": [], b"origin": [], b"referer": [], b"sec-fetch-site": []}
    for name, value in headers:
        if name in found:
            found[name].append(value.decode("latin-1").strip())
    return found


def _name(authority: str) -> str | None:
    """Return the host of `host:port`, None for text that is neither."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        return None
    return match[1].strip("[]") if match[1].startswith("[") else match[1].removesuffix(".")


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_loopback(name: str | None) -> bool:
    if name is None:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


def _foreign_page(header: str, value: str) -> str:
    return (
        f"The request comes from a web page ({header}: {value[:200]}); allowed are pages at loopback addresses and "
        "origins listed in STREAMLAKE_ALLOWED_ORIGINS."
    )
