"""Stage ``filing``: packages that tell a city office what changed, so that it can reckon it again.

Source: Art. 7 of Zigong Order 75: division, adjustment and code changes are filed with the city
office. The format is told in ``docs/filing.md``.
"""

from __future__ import annotations

from gridtool.filing.archive import MOST_BYTES, MOST_FILES, pack, unpack
from gridtool.filing.hashes import sha256, sm3
from gridtool.filing.keys import is_sealed, read_public_key, read_signing_key, write_key
from gridtool.filing.manifest import (
    FORM_KEYS,
    INITIAL,
    KINDS,
    PAYLOAD_TYPE,
    WITHDRAWAL,
    Base,
    Counts,
    Exemption,
    FormKey,
    Invariant,
    Kind,
    Manifest,
    Snapshot,
    Tolerances,
    Tool,
    manifest_schema,
)
from gridtool.filing.package import Package, Signature, list_files, parse_package, read_package
from gridtool.filing.receipt import (
    ACCEPTED,
    CORRECTION,
    DECISIONS_ZH,
    RETURNED,
    Receipt,
    Signer,
    decide,
    reasons_of,
    receipt_schema,
)
from gridtool.filing.signatures import Policy as SignaturePolicy
from gridtool.filing.signatures import judge_signatures
from gridtool.filing.signing import PROFILES, SM2_SIGNER, Profile, PublicKey, SigningKey
from gridtool.filing.tables import (
    AFTER,
    BUILDINGS,
    TABLES,
    compare_tables,
    grids_bytes,
    read_grids,
    read_table,
    table_bytes,
)

__all__ = [
    "ACCEPTED",
    "AFTER",
    "BUILDINGS",
    "CORRECTION",
    "DECISIONS_ZH",
    "FORM_KEYS",
    "INITIAL",
    "KINDS",
    "MOST_BYTES",
    "MOST_FILES",
    "PAYLOAD_TYPE",
    "PROFILES",
    "RETURNED",
    "SM2_SIGNER",
    "TABLES",
    "WITHDRAWAL",
    "Base",
    "Counts",
    "Exemption",
    "FormKey",
    "Invariant",
    "Kind",
    "Manifest",
    "Package",
    "Profile",
    "PublicKey",
    "Receipt",
    "Signature",
    "SignaturePolicy",
    "Signer",
    "SigningKey",
    "Snapshot",
    "Tolerances",
    "Tool",
    "compare_tables",
    "decide",
    "grids_bytes",
    "is_sealed",
    "judge_signatures",
    "list_files",
    "manifest_schema",
    "pack",
    "parse_package",
    "read_grids",
    "read_package",
    "read_public_key",
    "read_signing_key",
    "read_table",
    "reasons_of",
    "receipt_schema",
    "sha256",
    "sm3",
    "table_bytes",
    "unpack",
    "write_key",
]
