"""Signatures over the exact bytes of a manifest, in two profiles.

What is signed is the pre-authentication encoding of DSSE: the payload's type and the payload, each
with its length, so that a signature made for one kind of document is none for another.

``ed25519``
    RFC 8032; key and signature are the same for the same input. Package: cryptography.
``sm2-sm3``
    GB/T 32918.2 with SM3, signer's id 1234567812345678 (GM/T 0009), the signature as DER. What
    OpenSSL calls ``-sm3 -sigopt distid:1234567812345678``. Package: gmssl-pyx.

Source: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, get_args

from gridtool.errors import SettingsError

Profile = Literal["ed25519", "sm2-sm3"]
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)

SM2_SIGNER: Final = b"1234567812345678"
_SPKI: Final[dict[Profile, bytes]] = {
    "ed25519": bytes.fromhex("302a300506032b6570032100"),
    # an uncompressed point follows; OIDs of ecPublicKey and of the curve SM2
    "sm2-sm3": bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004"),
}
_PUBLIC_BYTES: Final[dict[Profile, int]] = {"ed25519": 32, "sm2-sm3": 64}
_PRIVATE_BYTES: Final = 32


@dataclass(frozen=True)
class PublicKey:
    """What others need to verify signatures of a key.

    Attributes
    ----------
    profile : ``ed25519`` or ``sm2-sm3``
    public : bytes
        32 bytes, or the 64 of a point of SM2.
    owner : str
        The office it is of. No person's name.
    """

    profile: Profile
    public: bytes
    owner: str

    def __post_init__(self) -> None:
        if len(self.public) != _PUBLIC_BYTES[self.profile]:
            raise SettingsError("GT503", reason=f"{len(self.public)} bytes for {self.profile}")

    @property
    def key_id(self) -> str:
        """Return the first 16 hexadecimal digits of the SHA-256 of profile and key."""
        return hashlib.sha256(self.profile.encode() + b":" + self.public).hexdigest()[:16]

    @property
    def pem(self) -> str:
        """Return the key as other programs read it: a SubjectPublicKeyInfo in PEM."""
        text = base64.encodebytes(_SPKI[self.profile] + self.public).decode().replace("\n", "")
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])

    def verify(self, payload_type: str, payload: bytes, signature: bytes) -> bool:
        """Return whether a signature is this key's over a payload.

        Raises
        ------
        SettingsError
            GT048 where the package of the profile is missing.
        """
        message = pre_authentication(payload_type, payload)
        if self.profile == "ed25519":
            return _verify_ed25519(self.public, message, signature)
        return _verify_sm2(self.public, message, signature)


@dataclass(frozen=True)
class SigningKey(PublicKey):
    """A key that can sign.

    Attributes
    ----------
    private : bytes
        32 bytes; never shown.
    """

    private: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id}, {self.profile}, {self.owner})"

    @classmethod
    def make(cls, profile: Profile, owner: str) -> SigningKey:
        """Return a new key.

        Raises
        ------
        SettingsError
            GT048 where the package of the profile is missing.
        """
        if profile == "sm2-sm3":
            with _package("gmssl-pyx"):
                import gmssl_pyx
            public, private = gmssl_pyx.sm2_key_generate()
            return cls(profile, public, owner, private)
        with _package("cryptography"):
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        made = Ed25519PrivateKey.generate()
        return cls(profile, made.public_key().public_bytes_raw(), owner, made.private_bytes_raw())

    def sign(self, payload_type: str, payload: bytes) -> bytes:
        """Return a signature over a payload.

        Raises
        ------
        SettingsError
            GT048 where the package of the profile is missing, GT503 where private and public key
            do not belong together.
        """
        message = pre_authentication(payload_type, payload)
        if self.profile == "sm2-sm3":
            with _package("gmssl-pyx"):
                import gmssl_pyx
            signature: bytes = gmssl_pyx.sm2_sign(
                self.private, self.public, message, signer_id=SM2_SIGNER
            )
        else:
            with _package("cryptography"):
                from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
            signature = Ed25519PrivateKey.from_private_bytes(self.private).sign(message)
        if not self.verify(payload_type, payload, signature):
            raise SettingsError("GT503", reason=f"{self.key_id}: private and public key differ")
        return signature


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: type and payload, each with its length. Source: DSSE, PAE."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature holds."""
    with _package("cryptography"):
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify_sm2(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an SM2 signature holds and is written as DER writes it."""
    with _package("gmssl-pyx"):
        import gmssl_pyx
    if not _is_der_pair(signature):
        return False
    with _quiet_stderr():
        try:
            holds: bool = gmssl_pyx.sm2_verify(public, message, signature, signer_id=SM2_SIGNER)
        except gmssl_pyx.GmsslInnerError:
            return False
    return holds


def _is_der_pair(signature: bytes) -> bool:
    """Return whether bytes are two positive integers in DER, in its one form.

    A second form of a signature would be a second form of a package.
    """
    try:
        first, rest = _integer(signature[2:])
        second, rest = _integer(rest)
    except (IndexError, ValueError):
        return False
    return (
        not rest
        and signature[:2] == bytes((0x30, len(signature) - 2))
        and all(0 < len(number) <= 33 for number in (first, second))
    )


def _integer(data: bytes) -> tuple[bytes, bytes]:
    """Split a positive DER integer of least length from what follows it."""
    kind, length = data[0], data[1]
    number, rest = data[2 : 2 + length], data[2 + length :]
    padded = number[0] == 0 and not number[1] & 0x80 if length > 1 else False
    if kind != 0x02 or len(number) != length or number[0] & 0x80 or padded:
        raise ValueError("not an integer in DER")
    return number, rest


@contextmanager
def _package(name: str) -> Iterator[None]:
    """Say in words that a package is missing."""
    try:
        yield
    except ImportError:
        raise SettingsError("GT048", job="签名 sign", package=name, extra="sign") from None


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep the library's own lines on a false signature away from the user."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
