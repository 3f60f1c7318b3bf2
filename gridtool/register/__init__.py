"""Stage ``register``: every grid ever filed, in force and as known, in one file or database.

Source: Art. 7 of Zigong Order 75: the city office keeps what counties file. The whole is told in
``docs/filing.md``.
"""

from __future__ import annotations

from gridtool.register.applying import (
    Applied,
    Filing,
    apply_filing,
    code_states,
    current_hashes,
    events_of,
)
from gridtool.register.fsck import check_register, count_rows
from gridtool.register.lineage import changes_of, events_of_code, follow_code
from gridtool.register.receipts import receipts_of, write_receipt
from gridtool.register.register import EMPTY_ROOT, Head, Register, is_server
from gridtool.register.trust import (
    EVERY_COUNTY,
    FILER,
    RECEIVER,
    ROLES_ZH,
    TrustedKey,
    revoke_key,
    trust_key,
    trusted_keys,
)

__all__ = [
    "EMPTY_ROOT",
    "EVERY_COUNTY",
    "FILER",
    "RECEIVER",
    "ROLES_ZH",
    "Applied",
    "Filing",
    "Head",
    "Register",
    "TrustedKey",
    "apply_filing",
    "changes_of",
    "check_register",
    "code_states",
    "count_rows",
    "current_hashes",
    "events_of",
    "events_of_code",
    "follow_code",
    "is_server",
    "receipts_of",
    "revoke_key",
    "trust_key",
    "trusted_keys",
    "write_receipt",
]
