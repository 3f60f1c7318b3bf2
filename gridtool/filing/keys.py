"""Key files: a secret one for who signs, a public one for who verifies.

Both are JSON. The private key may be sealed by a passphrase: scrypt, then AES-256-GCM, with what
the file says of the key as associated data.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gridtool.errors import InputError, OutputError, SettingsError
from gridtool.filing.signing import Profile, PublicKey, SigningKey

FORMAT: Final = "gridtool.key/1"
_SECRET_MODE: Final = 0o600

_Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})+$")]


class Sealed(BaseModel):
    """A private key under a passphrase."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kdf: Literal["scrypt"] = "scrypt"
    n: Literal[32768] = 32768
    r: Literal[8] = 8
    p: Literal[1] = 1
    cipher: Literal["aes-256-gcm"] = "aes-256-gcm"
    salt: _Hex
    nonce: _Hex
    data: _Hex


class KeyFile(BaseModel):
    """The content of a key file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["gridtool.key/1"] = FORMAT
    key_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    profile: Profile
    owner: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    public: _Hex
    pem: str = Field(description="the public key for other programs")
    private: _Hex | Sealed | None = None


def write_key(path: Path, key: SigningKey, passphrase: str | None = None) -> tuple[Path, Path]:
    """Write ``NAME.key`` and ``NAME.pub``.

    Parameters
    ----------
    path : Path
        Of the secret file; the public one stands beside it.
    key : SigningKey
    passphrase : str, optional
        Seals the secret file.

    Returns
    -------
    (Path, Path)
        The secret and the public file.

    Raises
    ------
    OutputError
        GT042 when one exists: a key is never overwritten. GT043 when one cannot be written.
    """
    public = path.with_suffix(".pub")
    open_form = _form(key)
    private = key.private.hex() if passphrase is None else _seal(key, passphrase)
    for target in (path, public):
        if target.exists():
            raise OutputError("GT042", path=target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # the mode is given when it is made: there is no moment at which others may read it
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET_MODE)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(_text(open_form.model_copy(update={"private": private})))
        public.write_text(_text(open_form), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError("GT043", path=path, reason=error) from None
    return path, public


def read_public_key(path: Path) -> PublicKey:
    """Read a public key from either of its files.

    Raises
    ------
    InputError
        GT503 when it is no key file.
    """
    form = _read(path)
    return PublicKey(form.profile, bytes.fromhex(form.public), form.owner)


def read_signing_key(path: Path, passphrase: str | None = None) -> SigningKey:
    """Read a key that can sign.

    Raises
    ------
    InputError
        GT503 when it is no key file, or a public one.
    SettingsError
        GT504 when the passphrase is missing or wrong.
    """
    form = _read(path)
    if form.private is None:
        raise InputError("GT503", reason=f"{path}: the public half cannot sign")
    private = form.private
    opened = private if isinstance(private, str) else _open(path, form, private, passphrase)
    return SigningKey(form.profile, bytes.fromhex(form.public), form.owner, bytes.fromhex(opened))


def is_sealed(path: Path) -> bool:
    """Return whether a key file asks for a passphrase."""
    return isinstance(_read(path).private, Sealed)


def key_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of key files."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:gridtool:key",
        **KeyFile.model_json_schema(),
    }


def _form(key: PublicKey) -> KeyFile:
    """Return what the public file of a key holds."""
    return KeyFile(
        key_id=key.key_id,
        profile=key.profile,
        owner=key.owner,
        public=key.public.hex(),
        pem=key.pem,
    )


def _text(form: KeyFile) -> str:
    """Return a key file as text."""
    return json.dumps(form.model_dump(exclude_none=True), ensure_ascii=False, indent=2) + "\n"


def _read(path: Path) -> KeyFile:
    """Read a key file and see that it is whole."""
    try:
        form = KeyFile.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise InputError("GT503", reason=f"{path}: {reason}") from None
    key = PublicKey(form.profile, bytes.fromhex(form.public), form.owner)
    if key.key_id != form.key_id or key.pem != form.pem:
        raise InputError("GT503", reason=f"{path}: key and id differ")
    return form


def _seal(key: SigningKey, passphrase: str) -> Sealed:
    """Return a private key under a passphrase."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(12)
    data = AESGCM(_derive(passphrase, salt)).encrypt(nonce, key.private, key.key_id.encode())
    return Sealed(salt=salt.hex(), nonce=nonce.hex(), data=data.hex())


def _open(path: Path, form: KeyFile, sealed: Sealed, passphrase: str | None) -> str:
    """Return a private key from under its passphrase."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if passphrase is None:
        raise SettingsError("GT504", path=path)
    salt, nonce, data = (bytes.fromhex(part) for part in (sealed.salt, sealed.nonce, sealed.data))
    try:
        opened = AESGCM(_derive(passphrase, salt)).decrypt(nonce, data, form.key_id.encode())
    except (InvalidTag, ValueError):
        raise SettingsError("GT504", path=path) from None
    return opened.hex()


def _derive(passphrase: str, salt: bytes) -> bytes:
    """Return the key that a passphrase makes."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    kdf = Scrypt(salt=salt, length=32, n=32768, r=8, p=1)
    return kdf.derive(passphrase.encode("utf-8"))
