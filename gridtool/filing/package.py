"""A package: files, the manifest that lists them, and signatures over the manifest."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from gridtool.errors import InputError, PackageError
from gridtool.filing.archive import MOST_BYTES, pack, unpack
from gridtool.filing.hashes import sha256, sm3
from gridtool.filing.manifest import PAYLOAD_TYPE, Entry, Manifest, Role
from gridtool.filing.signing import PROFILES, Profile, PublicKey, SigningKey

MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = re.compile(r"sig/manifest\.([0-9a-f]{16})\.json")
_FOLDERS: Final[dict[Role, str]] = {"data": "data", "derived": "derived", "form": "forms"}
_MOST_SIGNATURE_BYTES: Final = 256


@dataclass(frozen=True)
class Signature:
    """A signature over the manifest of a package.

    Attributes
    ----------
    key_id : str
        16 hexadecimal digits.
    profile : ``ed25519`` or ``sm2-sm3``
    value : bytes
    """

    key_id: str
    profile: Profile
    value: bytes

    def to_bytes(self) -> bytes:
        """Return the content of a signature file."""
        shape = {
            "key_id": self.key_id,
            "payload_type": PAYLOAD_TYPE,
            "profile": self.profile,
            "signature": base64.b64encode(self.value).decode(),
        }
        return json.dumps(shape, indent=1).encode() + b"\n"

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Signature:
        """Read a signature file; only the form that `to_bytes` writes is one.

        Raises
        ------
        PackageError
            GT500 for anything else.
        """
        found = _SIGNATURE.fullmatch(name)
        try:
            shape = json.loads(data)
            made = cls(shape["key_id"], shape["profile"], base64.b64decode(shape["signature"]))
            sound = found is not None and found[1] == made.key_id and made.profile in PROFILES
            same = sound and made.to_bytes() == data
        except (ValueError, TypeError, KeyError, RecursionError):
            same = False
        if not same or len(made.value) > _MOST_SIGNATURE_BYTES:
            raise PackageError("GT500", reason=f"{name} is no signature file")
        return made

    def holds(self, key: PublicKey, manifest: bytes) -> bool:
        """Return whether it is a key's signature over a manifest."""
        if (key.key_id, key.profile) != (self.key_id, self.profile):
            return False
        return key.verify(PAYLOAD_TYPE, manifest, self.value)


@dataclass(frozen=True)
class Package:
    """A package whose structure and hashes were verified; whose signatures were not.

    Attributes
    ----------
    manifest : Manifest
    files : mapping of str to bytes
        What the manifest lists, by path.
    signatures : tuple of Signature
        By key.
    """

    manifest: Manifest
    files: Mapping[str, bytes]
    signatures: tuple[Signature, ...] = ()

    @property
    def package_id(self) -> str:
        """Return the hash that names the package, whoever signed it."""
        return self.manifest.package_id

    @cached_property
    def content(self) -> bytes:
        """Return the bytes of the ZIP file."""
        signed = {f"sig/manifest.{one.key_id}.json": one.to_bytes() for one in self.signatures}
        return pack({MANIFEST: self.manifest.to_bytes(), **self.files, **signed})

    def of_role(self, role: Role) -> dict[str, bytes]:
        """Return the files of one role, by path."""
        return {one.path: self.files[one.path] for one in self.manifest.files if one.role == role}

    def signed(self, keys: Iterable[SigningKey]) -> Package:
        """Return the package with the signatures of keys, those it has kept.

        Raises
        ------
        SettingsError
            GT048 when the package of a key's profile is missing.
        """
        payload = self.manifest.to_bytes()
        made = {one.key_id: one for one in self.signatures}
        for key in keys:
            value = key.sign(PAYLOAD_TYPE, payload)
            made[key.key_id] = Signature(key.key_id, key.profile, value)
        return Package(self.manifest, self.files, tuple(made[key] for key in sorted(made)))


def list_files(files: Mapping[str, bytes]) -> tuple[Entry, ...]:
    """Return the index of files, the role told by the folder they are in.

    Raises
    ------
    PackageError
        GT500 for a file outside the folders of a package.
    """
    roles = {folder: role for role, folder in _FOLDERS.items()}
    entries = []
    for path in sorted(files):
        role = roles.get(path.partition("/")[0])
        if role is None:
            raise PackageError("GT500", reason=f"no place for {path}")
        data = files[path]
        entries.append(
            Entry(path=path, role=role, bytes=len(data), sha256=sha256(data), sm3=sm3(data))
        )
    return tuple(entries)


def read_package(path: Path) -> Package:
    """Read a package and verify its structure and every hash.

    Raises
    ------
    InputError
        GT001 when there is no such file, GT002 when it cannot be read.
    PackageError
        GT500 for its structure, GT501 for a hash, GT502 for its manifest.
    """
    if not path.is_file():
        raise InputError("GT001", path=path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise PackageError("GT500", reason=f"{path.name}: {size >> 20} MB")
        return parse_package(path.read_bytes())
    except OSError as error:
        raise InputError("GT002", path=path, reason=error) from None


def parse_package(data: bytes) -> Package:
    """Read a package from its bytes, as `read_package` does from its file."""
    contents = unpack(data)
    if MANIFEST not in contents:
        raise PackageError("GT500", reason=f"no {MANIFEST}")
    manifest = Manifest.from_bytes(contents.pop(MANIFEST))
    signatures = [
        Signature.from_bytes(name, contents.pop(name))
        for name in sorted(contents)
        if name.startswith("sig/")
    ]
    listed = [one.path for one in manifest.files]
    if listed != sorted(contents):
        apart = sorted(set(listed) ^ set(contents)) or ["the order"]
        raise PackageError("GT500", reason=f"manifest and files differ: {', '.join(apart[:3])}")
    for held, told in zip(list_files(contents), manifest.files, strict=True):
        if held != told:
            raise PackageError("GT501", path=told.path)
    return Package(manifest, contents, tuple(signatures))
