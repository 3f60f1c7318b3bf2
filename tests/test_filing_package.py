"""Packages: one form, hashes, signatures; every attack on the ZIP refused."""

from __future__ import annotations

import base64
import io
import json
import shutil
import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filings import COUNTY, CRS, grids

from gridtool.errors import InputError, OutputError, PackageError, SettingsError
from gridtool.filing import (
    AFTER,
    PROFILES,
    SM2_SIGNER,
    Counts,
    Invariant,
    Manifest,
    Package,
    PublicKey,
    Signature,
    SignaturePolicy,
    SigningKey,
    Snapshot,
    Tolerances,
    Tool,
    grids_bytes,
    is_sealed,
    judge_signatures,
    list_files,
    pack,
    parse_package,
    read_grids,
    read_package,
    read_public_key,
    read_signing_key,
    sm3,
    unpack,
    write_key,
)
from gridtool.filing.signing import pre_authentication
from gridtool.register import FILER, RECEIVER, TrustedKey

CONTENTS = {"manifest.json": b"{}", "data/a.csv": b"a,b\r\n1,2\r\n", "forms/x.docx": bytes(300)}
H = "0" * 64


def manifest(files: dict[str, bytes], **more: Any) -> Manifest:
    made = Manifest(
        kind="initial",
        filing_no="自备〔2026〕1号",
        county=COUNTY,
        prepared_by="自流井区网格中心",
        dated="2026-01-05",
        valid_from="2026-02-01",
        reason="首次划分",
        result_root=H,
        code_policy="keep-majority",
        snapshot=Snapshot(root=H, buildings=1, households=2, persons=3),
        crs=CRS,
        tolerances=Tolerances(epsilon_m=0.01, tau_m=1.0, area_m2=0.05),
        counts=Counts(
            groups={"create": 6}, grids_before=0, grids_after=6, untouched=0, untouched_root=H
        ),
        invariants=(Invariant(id="I1", passed=True, value="0"),),
        files=list_files(files),
        tool=Tool(name="gridtool", version="0"),
    )
    return made.model_copy(update=more).identified()


@pytest.fixture(scope="module")
def package() -> Package:
    files = {AFTER: grids_bytes(grids()), "forms/备案表.txt".replace("备案表", "form"): b"form"}
    return Package(manifest(files), files)


# -- the archive -----------------------------------------------------------------------------


def test_the_same_contents_are_the_same_bytes() -> None:
    data = pack(CONTENTS)
    assert data == pack(dict(reversed(CONTENTS.items())))
    assert unpack(data) == CONTENTS
    # other programs read it too
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(CONTENTS)


def archive(*members: tuple[Any, bytes], **options: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as made:
        for name, data in members:
            made.writestr(name, data)
    return buffer.getvalue()


def member(name: str, *, mode: int = stat.S_IFREG | 0o644, compress: int = 0) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.create_system, made.external_attr, made.compress_type = 3, mode << 16, compress
    return made


def link() -> bytes:
    return archive((member("data/a", mode=stat.S_IFLNK | 0o777), b"/etc/passwd"))


def encrypted() -> bytes:
    data = bytearray(pack(CONTENTS))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """Let a second entry of the list point at the first file."""
    data = bytearray(pack({"a": bytes(50), "b": bytes(50)}))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def two_lists() -> bytes:
    """Hide a file between the last member and the list."""
    data = pack(CONTENTS)
    at = data.index(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    hidden = b"PK\x03\x04 hidden"
    tail = bytearray(data[end:])
    tail[16:20] = struct.pack("<I", at + len(hidden))
    return data[:at] + hidden + data[at:end] + bytes(tail)


def gbk_name() -> bytes:
    data = archive((member("data/xxxx.csv"), b"1"))
    return data.replace(b"xxxx", "备案".encode("gbk"))


ATTACKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip slip": (lambda: archive((member("../../etc/cron.d/x"), b"x")), r"the name '\.\./"),
    "slip inside": (lambda: archive((member("data/../../x"), b"x")), "the name"),
    "absolute": (lambda: archive((member("/etc/passwd"), b"x")), "the name"),
    "drive": (lambda: archive((member("C:/x"), b"x")), "the name"),
    "backslash": (lambda: archive((member("data\\..\\x"), b"x")), "the name"),
    "hidden": (lambda: archive((member("data/.bashrc"), b"x")), "the name"),
    "folder": (lambda: archive((member("data/"), b"")), "the name"),
    "NUL": (lambda: pack({"a.csv": b"1"}).replace(b"a.csv", b"a\0csv"), "the name"),
    "non-ASCII": (lambda: archive((member("data/备案.csv"), b"x")), "the name"),
    "GBK name": (gbk_name, "the name"),
    "NFD name": (lambda: archive((member("data/e\u0301.csv"), b"x")), "the name"),
    "case clash": (lambda: archive((member("data/A"), b"1"), (member("data/a"), b"2")), "twice"),
    "link": (link, "is a link"),
    "device": (lambda: archive((member("data/a", mode=stat.S_IFCHR), b"")), "no plain file"),
    "encrypted": (encrypted, "is encrypted"),
    "overlap": (overlapping, "overlaps|File name in directory"),
    "bomb": (
        lambda: archive((member("data/a", compress=zipfile.ZIP_DEFLATED), bytes(50 << 20))),
        "is compressed",
    ),
    "too many": (lambda: archive(*((member(f"data/{n}"), b"") for n in range(1001))), "1001 files"),
    "hidden file": (two_lists, "repacked or altered|overlaps"),
    "before": (lambda: b"#!/bin/sh\n" + pack(CONTENTS), "repacked or altered"),
    "behind": (lambda: pack(CONTENTS) + b"more", "repacked|not a zip"),
    "comment": (lambda: _comment(), "repacked or altered"),
    "repacked": (lambda: archive(*CONTENTS.items()), "repacked or altered"),
    "other time": (lambda: _timed(), "repacked or altered"),
    "empty": (lambda: b"", "not a zip"),
    "text": (lambda: b"no zip at all" * 50, "not a zip"),
}


def _comment() -> bytes:
    buffer = io.BytesIO(pack(CONTENTS))
    with zipfile.ZipFile(buffer, "a") as made:
        made.comment = b"hello"
    return buffer.getvalue()


def _timed() -> bytes:
    made = [(member(name), data) for name, data in sorted(CONTENTS.items())]
    made[0][0].date_time = (2026, 1, 1, 0, 0, 0)
    return archive(*made)


def duplicated() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return archive((member("data/a"), b"1"), (member("data/a"), b"2"))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_archive_is_refused(name: str, tmp_path: Path) -> None:
    make, reason = ATTACKS[name]
    path = tmp_path / "x.zip"
    path.write_bytes(make())
    with pytest.raises(PackageError, match=f"GT500 .*({reason})"):
        read_package(path)
    assert [one.name for one in tmp_path.iterdir()] == ["x.zip"]


def test_a_name_that_comes_twice_is_refused() -> None:
    with pytest.raises(PackageError, match=r"GT500 .*comes twice"):
        parse_package(duplicated())


def test_a_size_that_is_a_lie_is_refused() -> None:
    data = bytearray(pack({"a": bytes(10)}))
    at = data.index(b"PK\x01\x02")
    for place in (20, 24):
        data[at + place : at + place + 4] = struct.pack("<I", (512 << 20) + 1)
    with pytest.raises(PackageError, match=r"GT500 .*512 MB"):
        unpack(bytes(data))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GT001"):
        read_package(tmp_path / "none.zip")


# -- manifest and hashes ---------------------------------------------------------------------


def test_a_package_is_read_as_it_was_made(package: Package) -> None:
    back = parse_package(package.content)
    assert back == package
    assert back.content == package.content
    assert back.of_role("form") == {"forms/form.txt": b"form"}
    grid_layer = read_grids(back.files[AFTER], back.manifest.crs)
    assert grid_layer.drop(columns="size_reason").equals(grids().drop(columns="size_reason"))


def test_the_id_is_of_everything_in_the_manifest(package: Package) -> None:
    held = package.manifest
    for change in ({"valid_from": "2026-02-02"}, {"reason": "另一理由"}, {"result_root": "1" * 64}):
        assert held.model_copy(update=change).identified().package_id != held.package_id


def rewritten(package: Package, change: Callable[[dict[str, Any]], None]) -> bytes:
    shape = json.loads(package.manifest.to_bytes())
    change(shape)
    text = json.dumps(shape, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return pack({"manifest.json": text.encode(), **package.files})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda shape: shape.update(more=1), "GT502 .*more"),
        (lambda shape: shape.pop("reason"), "GT502 .*reason"),
        (lambda shape: shape.update(county="51030a"), "GT502 .*county"),
        (lambda shape: shape.update(dated="2026-02-30"), "GT502 .*day is out of range"),
        (lambda shape: shape.update(kind="other"), "GT502 .*kind"),
        (lambda shape: shape.update(package_id="1" * 64), "GT502 .*package_id is not the hash"),
        (lambda shape: shape.update(reason="another"), "GT502 .*package_id is not the hash"),
        (lambda shape: shape["files"].pop(), "GT500 .*manifest and files differ|GT502"),
        (lambda shape: shape["counts"].update(grids_before=True), "GT502"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(
    package: Package, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    with pytest.raises(PackageError, match=reason):
        parse_package(rewritten(package, change))


@pytest.mark.parametrize("text", [b"", b"[1]", b"nul", b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(PackageError, match="GT502"):
        parse_package(pack({"manifest.json": text}))


def test_a_manifest_in_another_form_is_refused(package: Package) -> None:
    text = json.dumps(json.loads(package.manifest.to_bytes()), ensure_ascii=False).encode()
    with pytest.raises(PackageError, match=r"GT502 .*another form"):
        parse_package(pack({"manifest.json": text, **package.files}))
    doubled = package.manifest.to_bytes().replace(b'{\n "base"', b'{\n "base": null,\n "base"')
    with pytest.raises(PackageError, match=r"GT502 .*another form"):
        parse_package(pack({"manifest.json": doubled, **package.files}))


def test_files_that_are_not_the_listed_ones_are_refused(package: Package) -> None:
    inside = {"manifest.json": package.manifest.to_bytes(), **package.files}
    with pytest.raises(PackageError, match=r"GT501 forms/form.txt is not the file"):
        parse_package(pack({**inside, "forms/form.txt": b"from"}))
    for more in ("data/more.csv", "other/x", "sig/other.json"):
        with pytest.raises(PackageError, match="GT500"):
            parse_package(pack({**inside, more: b"1"}))
    with pytest.raises(PackageError, match=r"GT500 .*forms/form.txt"):
        parse_package(pack({key: inside[key] for key in ("manifest.json", AFTER)}))
    with pytest.raises(PackageError, match=r"GT500 .*no manifest.json"):
        parse_package(pack({"data/a": b""}))


def test_sm3_of_the_standard() -> None:
    # GB/T 32905-2016, example 1
    wanted = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abc") == wanted


# -- grids -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"rev":1', '"rev":true', 1),
        lambda text: text.replace('"rev":1', '"rev":1e400', 1),
        lambda text: text.replace('"rev":1', '"rev":NaN', 1),
        lambda text: text.replace('"rev":1', '"rev":99999999999999999999', 1),
        lambda text: text.replace('"rev":1', '"rev":1,"more":2', 1),
        lambda text: text.replace('"第1网格"', '"\\u0000"', 1),
        lambda text: text.replace('"第1网格"', '"\\ud800"', 1),
        lambda text: text.replace('"第1网格"', "null", 1),
        lambda text: text.replace("Polygon", "LineString", 1),
        lambda text: text.replace("3240000.0", "3240000.00001", 1),
        lambda text: text.replace("3240000.0", "1e999", 1),
        lambda text: text.replace('"geometry":{', '"geometry":{"x":', 1),
        lambda text: text.replace("510302001002002", "510302001002001"),
        lambda text: text + "{}\n",
        lambda text: "[]\n",
    ],
)
def test_grids_no_register_could_hold_are_refused(change: Callable[[str], str]) -> None:
    text = grids_bytes(grids()).decode()
    changed = change(text)
    assert changed != text
    with pytest.raises(PackageError, match=r"GT502 .*after\.ndjson"):
        read_grids(changed.encode("utf-8"), CRS)


# -- keys and signatures ---------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("passphrase", [None, "口令 x"])
def test_a_key_is_read_as_it_was_written(
    profile: Any, passphrase: str | None, tmp_path: Path
) -> None:
    key = SigningKey.make(profile, "自流井区网格中心")
    secret, public = write_key(tmp_path / "county.key", key, passphrase)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert key.private.hex() not in public.read_text("utf-8")
    assert (key.private.hex() in secret.read_text("utf-8")) == (passphrase is None)
    assert is_sealed(secret) == (passphrase is not None)
    assert read_signing_key(secret, passphrase) == key
    assert (
        read_public_key(public)
        == read_public_key(secret)
        == PublicKey(key.profile, key.public, key.owner)
    )
    assert key.private.hex() not in repr(key)
    with pytest.raises(InputError, match=r"GT503 .*public half"):
        read_signing_key(public)
    with pytest.raises(OutputError, match="GT042"):
        write_key(tmp_path / "county.key", key)
    if passphrase:
        for wrong in (None, "", "other"):
            with pytest.raises(SettingsError, match="GT504"):
                read_signing_key(secret, wrong)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.key"
    key = SigningKey.make("ed25519", "甲")
    write_key(path, key)
    shape = json.loads(path.read_text("utf-8"))
    for change in ({"key_id": "0" * 16}, {"public": "00"}, {"more": 1}, {"profile": "rsa"}):
        path.write_text(json.dumps({**shape, **change}), "utf-8")
        with pytest.raises((InputError, SettingsError), match="GT503"):
            read_public_key(path)
    with pytest.raises(InputError, match="GT503"):
        read_public_key(tmp_path / "none")
    other = SigningKey.make("ed25519", "乙")
    mixed = SigningKey("ed25519", key.public, "甲", other.private)
    with pytest.raises(SettingsError, match=r"GT503 .*differ"):
        mixed.sign("t", b"x")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_bit_of_a_signature_counts(profile: Any) -> None:
    key = SigningKey.make(profile, "甲")
    signature = key.sign("type", b"payload")
    assert key.verify("type", b"payload", signature)
    assert not key.verify("typ", b"epayload", signature)
    assert not key.verify("type", b"payloae", signature)
    for at in range(8 * len(signature)):
        changed = bytearray(signature)
        changed[at // 8] ^= 1 << at % 8
        assert not key.verify("type", b"payload", bytes(changed)), at
    for wrong in (b"", signature[:-1], signature + b"\0", b"\x30\x00", b"\x30\x06\x02\x01"):
        assert not key.verify("type", b"payload", wrong)


def test_ed25519_of_the_standard() -> None:
    # RFC 8032, 7.1, test 2: the message 0x72 as it is, without our encoding
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    key = SigningKey("ed25519", public, "RFC", private)
    payload = b"manifest"
    message = b"DSSEv1 4 type 8 manifest"
    assert pre_authentication("type", payload) == message
    assert key.verify("type", payload, key.sign("type", payload))


def test_sm2_of_the_standard() -> None:
    # GB/T 32918.5-2017, A.2: curve, id 1234567812345678 and key; the message "message digest"
    import gmssl_pyx

    public = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    r = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    s = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    signature = bytes.fromhex("3046022100" + r + "022100" + s)
    assert SM2_SIGNER == b"1234567812345678"
    assert gmssl_pyx.sm2_verify(public, b"message digest", signature, signer_id=SM2_SIGNER)


@pytest.mark.parametrize("profile", PROFILES)
def test_openssl_verifies_what_we_sign(profile: Any, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here")
    key = SigningKey.make(profile, "甲")
    (tmp_path / "key.pem").write_text(key.pem)
    (tmp_path / "message").write_bytes(pre_authentication("type", b"payload"))
    (tmp_path / "signature").write_bytes(key.sign("type", b"payload"))
    words = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-in", "message"]
    words += ["-rawin", "-sigfile", "signature"]
    if profile == "sm2-sm3":
        words += ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" in done.stdout, done.stderr


def test_we_verify_what_openssl_signs_with_sm2(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here")

    def run(*words: str) -> bytes:
        done = subprocess.run([openssl, *words], cwd=tmp_path, capture_output=True, check=True)
        return done.stdout

    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", "key.pem")
    der = run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER")
    key = PublicKey("sm2-sm3", der[-64:], "甲")
    for payload in (b"payload", b"", "备案".encode()):
        (tmp_path / "message").write_bytes(pre_authentication("type", payload))
        signature = run(
            *("pkeyutl", "-sign", "-inkey", "key.pem", "-in", "message", "-rawin"),
            *("-digest", "sm3", "-pkeyopt", "distid:1234567812345678"),
        )
        assert key.verify("type", payload, signature)
        assert not key.verify("type", payload + b"x", signature)


# -- whose signature counts ------------------------------------------------------------------

TODAY = date(2026, 3, 1)
POLICY = SignaturePolicy(allow_unsigned=False, signers=1, role=FILER)


def trusted(key: SigningKey, **more: Any) -> dict[str, TrustedKey]:
    values: dict[str, Any] = {
        "role": FILER,
        "counties": (COUNTY,),
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
        **more,
    }
    held = TrustedKey(key.key_id, key.profile, key.public.hex(), key.owner, **values)
    return {key.key_id: held}


def judged(package: Package, keys: dict[str, TrustedKey], policy: Any = POLICY) -> list[str]:
    found, _ = judge_signatures(package, keys, policy, TODAY)
    return [one.code for one in found]


def test_several_sign_the_same_bytes(package: Package) -> None:
    one, other = SigningKey.make("ed25519", "甲"), SigningKey.make("sm2-sm3", "乙")
    signed = parse_package(package.signed([one]).signed([other]).content)
    assert [item.key_id for item in signed.signatures] == sorted([one.key_id, other.key_id])
    assert signed.package_id == package.package_id
    keys = {**trusted(one), **trusted(other)}
    both = POLICY._replace(signers=2)
    assert judge_signatures(signed, keys, both, TODAY) == ([], sorted([one.key_id, other.key_id]))
    assert judged(signed, trusted(one)) == ["GT562"]
    assert judged(signed, trusted(one), both) == ["GT562", "GT542"]


def test_unsigned(package: Package) -> None:
    assert judged(package, {}) == ["GT540"]
    assert judged(package, {}, POLICY._replace(allow_unsigned=True)) == ["GT561"]


@pytest.mark.parametrize(
    ("rights", "code"),
    [
        ({"valid_to": date(2026, 2, 28)}, "GT543"),
        ({"valid_from": date(2026, 3, 2)}, "GT543"),
        ({"revoked": True}, "GT543"),
        ({"role": RECEIVER}, "GT545"),
        ({"counties": ("510303",)}, "GT546"),
    ],
)
def test_a_key_without_the_right_does_not_count(
    package: Package, rights: dict[str, Any], code: str
) -> None:
    key = SigningKey.make("ed25519", "甲")
    assert judged(package.signed([key]), trusted(key, **rights)) == [code, "GT542"]
    assert judged(package.signed([key]), trusted(key)) == []


def test_everything_rewritten_consistently_is_refused(package: Package) -> None:
    key, thief = SigningKey.make("ed25519", "甲"), SigningKey.make("ed25519", "甲")
    signed = package.signed([key])
    other = Package(manifest(dict(package.files), reason="别的理由"), package.files)
    # the old signature on a new manifest
    forged = parse_package(Package(other.manifest, other.files, signed.signatures).content)
    assert judged(forged, trusted(key)) == ["GT541", "GT542"]
    # a new signature under the old key's name
    (false,) = other.signed([thief]).signatures
    named = Signature(key.key_id, false.profile, false.value)
    assert judged(Package(other.manifest, other.files, (named,)), trusted(key))[0] == "GT541"
    # a new signature of a key nobody trusts
    assert judged(other.signed([thief]), trusted(key)) == ["GT562", "GT542"]


def test_a_signature_has_one_form(package: Package) -> None:
    key = SigningKey.make("ed25519", "甲")
    signed = package.signed([key])
    name = f"sig/manifest.{key.key_id}.json"
    inside = {"manifest.json": package.manifest.to_bytes(), **package.files}
    good = json.loads(signed.signatures[0].to_bytes())
    for change in (
        {"more": 1},
        {"key_id": "0" * 16},
        {"profile": "rsa"},
        {"payload_type": "x"},
        {"signature": "!"},
        {"signature": base64.b64encode(bytes(300)).decode()},
        {"signature": 7},
    ):
        text = json.dumps({**good, **change}, indent=1).encode() + b"\n"
        with pytest.raises(PackageError, match=r"GT500 .*no signature file"):
            parse_package(pack({**inside, name: text}))
    for text in (b"", b"[]", b"{}", signed.signatures[0].to_bytes() + b" "):
        with pytest.raises(PackageError, match=r"GT500 .*no signature file"):
            parse_package(pack({**inside, name: text}))
