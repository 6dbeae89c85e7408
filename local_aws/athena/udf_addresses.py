"""Internet addresses as Trino writes and orders them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address


def read_address(text: str) -> str | None:
    """Return an address as Trino writes it, or None for a text that is none; an IPv4 address in IPv6 is IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _address(text: str) -> str:
    address = read_address(text)
    if address is None:
        message = f"INVALID_CAST_ARGUMENT: Cannot cast value to IPADDRESS: {text}"
        raise ValueError(f"failure<{message}>' to INT64")
    return address


def _address_order(text: str) -> bytes:
    """Return the 16 bytes that an address is compared by."""
    address = ip_address(text)
    return address.packed if isinstance(address, IPv6Address) else _mapped(address)


def _mapped(address: IPv4Address) -> bytes:
    return bytes(10) + b"\xff\xff" + address.packed


FUNCTIONS = (
    ("python_address", _address, ["VARCHAR"], "VARCHAR"),
    ("python_address_order", _address_order, ["VARCHAR"], "BLOB"),
)
