"""SHA-256 and SM3 of bytes."""

from __future__ import annotations

import hashlib
from functools import cache

from gridtool.errors import SettingsError


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sm3(data: bytes) -> str:
    """Return the SM3 of bytes, 64 hexadecimal digits. Source: GB/T 32905-2016.

    Raises
    ------
    SettingsError
        GT048 where neither Python's OpenSSL nor the package cryptography has it.
    """
    if _openssl_has_sm3():
        return hashlib.new("sm3", data).hexdigest()
    try:
        from cryptography.hazmat.primitives.hashes import SM3, Hash
    except ImportError:
        job = "SM3"
        raise SettingsError("GT048", job=job, package="cryptography", extra="sign") from None
    made = Hash(SM3())
    made.update(data)
    return made.finalize().hex()


@cache
def _openssl_has_sm3() -> bool:
    """Return whether Python's own hash library has SM3: some builds are made without."""
    return "sm3" in hashlib.algorithms_available
