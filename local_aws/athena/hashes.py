"""Hash functions that the standard library does not have: xxHash64, MurmurHash3 and SpookyHash V2."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MASK = (1 << 64) - 1
_PRIMES = (
    11400714785074694791,
    14029467366897019727,
    1609587929392839161,
    9650029242287828579,
    2870177450012600261,
)


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _word(data: bytes, offset: int, size: int = 8) -> int:
    return int.from_bytes(data[offset : offset + size], "little")


def xxhash64(data: bytes) -> int:
    """Return the xxHash64 of `data` with the seed 0."""
    first, second, third, fourth, fifth = _PRIMES
    length, offset = len(data), 0
    if length >= 32:
        lanes = [(first + second) & _MASK, second, 0, -first & _MASK]
        while offset + 32 <= length:
            lanes = [_xx_round(lane, _word(data, offset + 8 * i)) for i, lane in enumerate(lanes)]
            offset += 32
        result = sum(_rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
        for lane in lanes:
            result = ((result ^ _xx_round(0, lane)) * first + fourth) & _MASK
    else:
        result = fifth
    result = (result + length) & _MASK
    while offset + 8 <= length:
        result = (_rotate(result ^ _xx_round(0, _word(data, offset)), 27) * first + fourth) & _MASK
        offset += 8
    if offset + 4 <= length:
        result = (_rotate(result ^ (_word(data, offset, 4) * first & _MASK), 23) * second + third) & _MASK
        offset += 4
    for byte in data[offset:]:
        result = _rotate(result ^ (byte * fifth & _MASK), 11) * first & _MASK
    result = (result ^ (result >> 33)) * second & _MASK
    result = (result ^ (result >> 29)) * third & _MASK
    return result ^ (result >> 32)


def _xx_round(lane: int, word: int) -> int:
    return _rotate((lane + word * _PRIMES[1]) & _MASK, 31) * _PRIMES[0] & _MASK


_MURMUR = (0x87C37B91114253D5, 0x4CF5AD432745937F)


def murmur3(data: bytes) -> bytes:
    """Return the 128-bit MurmurHash3 (x64) of `data` with the seed 0: two little-endian words."""
    c1, c2 = _MURMUR
    h1 = h2 = 0
    whole = len(data) // 16 * 16
    for offset in range(0, whole, 16):
        h1 ^= _rotate(_word(data, offset) * c1 & _MASK, 31) * c2 & _MASK
        h1 = ((_rotate(h1, 27) + h2) * 5 + 0x52DCE729) & _MASK
        h2 ^= _rotate(_word(data, offset + 8) * c2 & _MASK, 33) * c1 & _MASK
        h2 = ((_rotate(h2, 31) + h1) * 5 + 0x38495AB5) & _MASK
    h2 ^= _rotate(_word(data, whole + 8) * c2 & _MASK, 33) * c1 & _MASK
    h1 ^= _rotate(_word(data, whole) * c1 & _MASK, 31) * c2 & _MASK
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    h1, h2 = _murmur_mix(h1), _murmur_mix(h2)
    h1 = (h1 + h2) & _MASK
    return h1.to_bytes(8, "little") + ((h2 + h1) & _MASK).to_bytes(8, "little")


def _murmur_mix(value: int) -> int:
    value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ (value >> 33)


_SPOOKY = 0xDEADBEEFDEADBEEF
_SHORT_BELOW = 192
_SHORT_MIX = (50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36)
_SHORT_END = (15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63)
_LONG_MIX = (11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46)
_LONG_END = (44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54)


def spooky64(data: bytes) -> int:
    """Return the first 64 bits of the SpookyHash V2 of `data` with the seed 0."""
    return _spooky_short(data) if len(data) < _SHORT_BELOW else _spooky_long(data)


def _short_mix(state: list[int]) -> None:
    """Mix the four words: each step rotates one, adds the next and changes a third."""
    for step, bits in enumerate(_SHORT_MIX):
        a, b, c = (step + 2) % 4, (step + 3) % 4, step % 4
        state[a] = (_rotate(state[a], bits) + state[b]) & _MASK
        state[c] ^= state[a]


def _short_end(state: list[int]) -> None:
    for step, bits in enumerate(_SHORT_END):
        target, source = (step + 3) % 4, (step + 2) % 4
        state[target] ^= state[source]
        state[source] = _rotate(state[source], bits)
        state[target] = (state[target] + state[source]) & _MASK


def _spooky_short(data: bytes) -> int:
    length = len(data)
    state = [0, 0, _SPOOKY, _SPOOKY]
    offset = 0
    while length - offset >= 32:
        state[2] = (state[2] + _word(data, offset)) & _MASK
        state[3] = (state[3] + _word(data, offset + 8)) & _MASK
        _short_mix(state)
        state[0] = (state[0] + _word(data, offset + 16)) & _MASK
        state[1] = (state[1] + _word(data, offset + 24)) & _MASK
        offset += 32
    if length - offset >= 16:
        state[2] = (state[2] + _word(data, offset)) & _MASK
        state[3] = (state[3] + _word(data, offset + 8)) & _MASK
        _short_mix(state)
        offset += 16
    state[3] = (state[3] + (length << 56)) & _MASK
    if length == offset:
        state[2] = (state[2] + _SPOOKY) & _MASK
        state[3] = (state[3] + _SPOOKY) & _MASK
    else:
        state[2] = (state[2] + _word(data, offset)) & _MASK
        state[3] = (state[3] + _word(data, offset + 8)) & _MASK
    _short_end(state)
    return state[0]


def _spooky_long(data: bytes) -> int:
    state = [0, 0, _SPOOKY] * 4
    offset = 0
    while len(data) - offset >= 96:
        _long_mix(state, [_word(data, offset + 8 * i) for i in range(12)])
        offset += 96
    rest = data[offset:]
    block = rest + bytes(95 - len(rest)) + bytes([len(rest)])
    for index in range(12):
        state[index] = (state[index] + _word(block, 8 * index)) & _MASK
    for _ in range(3):
        _long_end(state)
    return state[0]


def _long_mix(state: list[int], words: Sequence[int]) -> None:
    for i, bits in enumerate(_LONG_MIX):
        state[i] = (state[i] + words[i]) & _MASK
        state[(i + 2) % 12] ^= state[(i + 10) % 12]
        state[(i + 11) % 12] ^= state[i]
        state[i] = _rotate(state[i], bits)
        state[(i + 11) % 12] = (state[(i + 11) % 12] + state[(i + 1) % 12]) & _MASK


def _long_end(state: list[int]) -> None:
    for i, bits in enumerate(_LONG_END):
        a, b, c = (i + 11) % 12, (i + 1) % 12, (i + 2) % 12
        state[a] = (state[a] + state[b]) & _MASK
        state[c] ^= state[a]
        state[b] = _rotate(state[b], bits)
