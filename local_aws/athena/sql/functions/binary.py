"""Functions on binaries: encodings, hashes, check sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
to_hex(varbinary) -> varchar => hex({0})
from_hex(varchar) -> varbinary => bytes_of_hex({0})
to_base64(varbinary) -> varchar => to_base64({0})
from_base64(varchar) -> varbinary => from_base64({0})
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
"""


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
