"""IP addresses: 16 bytes each, an IPv4 address as the IPv6 address it is mapped to."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from local_aws.athena.udf_failures import failure, invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

_MAPPED = bytes(10) + b"\xff\xff"


def _of_text(text: str) -> bytes:
    try:
        packed = ipaddress.ip_address(text).packed
    except ValueError:
        raise failure("INVALID_CAST_ARGUMENT", f"Cannot cast value to IPADDRESS: {text}") from None
    return packed if len(packed) == 16 else _MAPPED + packed


def _of_bytes(data: bytes) -> bytes:
    if len(data) not in (4, 16):
        raise failure("INVALID_CAST_ARGUMENT", f"Invalid IP address binary length: {len(data)}")
    return data if len(data) == 16 else _MAPPED + data


def _text(packed: bytes) -> str:
    if packed.startswith(_MAPPED):
        return str(ipaddress.IPv4Address(packed[12:]))
    return str(ipaddress.IPv6Address(packed))


def _contains(network: str, packed: bytes) -> bool:
    address, slash, length = network.partition("/")
    try:
        base = ipaddress.ip_address(address)
    except ValueError:
        raise invalid_argument("Invalid network IP address") from None
    if not slash:
        raise invalid_argument("Invalid CIDR")
    if not length.isdigit() or int(length) > base.max_prefixlen:
        raise invalid_argument("Invalid prefix length")
    mapped = packed.startswith(_MAPPED)
    if (base.version == 4) != mapped:
        return False
    held = ipaddress.ip_address(packed[12:] if mapped else packed)
    return held in ipaddress.ip_network(f"{address}/{length}", strict=False)


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_address_of_text", _of_text, ["VARCHAR"], "BLOB"),
    ("python_address_of_bytes", _of_bytes, ["BLOB"], "BLOB"),
    ("python_address_text", _text, ["BLOB"], "VARCHAR"),
    ("python_network_contains", _contains, ["VARCHAR", "BLOB"], "BOOLEAN"),
)
