"""Functions on binaries: encodings, hashes, check sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
to_hex(varbinary) -> varchar => hex({0})
from_hex(varchar) -> varbinary => bytes_of_hex({0})
to_base64(varbinary) -> varchar => to_base64({0})
from_base64(varchar) -> varbinary => from_base64(padded_base64_({0}))
to_base64url(varbinary) -> varchar => translate(to_base64({0}), '+/', '-_')
from_base64url(varchar) -> varbinary => from_base64(padded_base64_(translate({0}, '-_', '+/')))
md5(varbinary) -> varbinary => unhex(md5({0}))
sha1(varbinary) -> varbinary => unhex(sha1({0}))
sha256(varbinary) -> varbinary => unhex(sha256({0}))
sha512(varbinary) -> varbinary => python_sha512({0})
crc32(varbinary) -> bigint => python_crc32({0})
hmac_md5(varbinary, varbinary) -> varbinary => python_hmac({0}, {1}, 'md5')
hmac_sha1(varbinary, varbinary) -> varbinary => python_hmac({0}, {1}, 'sha1')
hmac_sha256(varbinary, varbinary) -> varbinary => python_hmac({0}, {1}, 'sha256')
hmac_sha512(varbinary, varbinary) -> varbinary => python_hmac({0}, {1}, 'sha512')
to_base32(varbinary) -> varchar => python_to_base32({0})
from_base32(varchar) -> varbinary => python_from_base32({0})
reverse(varbinary) -> varbinary => python_reversed({0})
lpad(varbinary, bigint, varbinary) -> varbinary => python_padded_left({0}, {1}, {2})
rpad(varbinary, bigint, varbinary) -> varbinary => python_padded_right({0}, {1}, {2})
from_big_endian_32(varbinary) -> integer => python_from_big_endian_32({0})
to_big_endian_32(integer) -> varbinary => python_to_big_endian_32({0})
from_big_endian_64(varbinary) -> bigint => python_from_big_endian_64({0})
to_big_endian_64(bigint) -> varbinary => python_to_big_endian_64({0})
from_ieee754_32(varbinary) -> real => python_from_ieee754_32({0})
to_ieee754_32(real) -> varbinary => python_to_ieee754_32({0})
from_ieee754_64(varbinary) -> double => python_from_ieee754_64({0})
to_ieee754_64(double) -> varbinary => python_to_ieee754_64({0})
xxhash64(varbinary) -> varbinary => python_xxhash64({0})
murmur3(varbinary) -> varbinary => python_murmur3({0})
spooky_hash_v2_32(varbinary) -> varbinary => python_spooky32({0})
spooky_hash_v2_64(varbinary) -> varbinary => python_spooky64({0})
"""


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
