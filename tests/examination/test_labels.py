"""What doctor and the page of health say of labels: codes, keys, certificates, programs and room, on real files."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brightline.config import load_settings
from brightline.examination import Check, service_checks
from brightline.labels.provenance import Credential
from brightline.labels.security import Sm2Key
from brightline.service import Service

# A subject made up for tests (region 000000 is nobody's), with a valid check digit: see tests/labels/conftest.py.
_USCC = "91000000MA0BR1GHTQ"
_PRODUCER, _PLATFORM = f"0011{_USCC}10001", f"0011{_USCC}20001"
_UPSTREAM = "http://127.0.0.1:9/v1"

Seen = Callable[..., Check]


@pytest.fixture
def seen(service: Service, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """The check of that name, under other settings."""

    def look(name: str, **settings: Any) -> Check:
        # Settings as an operator writes them, on the real service: opening one for each look takes longer than the look.
        monkeypatch.setattr(service, "settings", load_settings(home=service.settings.home, **settings))
        (check,) = (check for check in service_checks(service) if check.name == name)
        return check

    return look


def test_an_installation_for_texts_is_well_without_codes_and_keys(seen: Seen) -> None:
    for name in (
        "media labels",
        "provider code",
        "platform code",
        "label key",
        "own keys",
        "pinned keys",
        "credential",
        "anchors",
        "fingerprints",
    ):
        assert (seen(name).ok, seen(name).note, seen(name).advice) == (True, False, "")


class TestMediaLabels:
    def test_a_model_service_without_a_provider_code_is_noted_because_media_are_refused(self, seen: Seen) -> None:
        check = seen("media labels", upstream=_UPSTREAM)
        assert (check.ok, check.note) == (True, True)
        assert "is not asked for pictures" in check.seen
        assert "label_provider_code" in check.advice

    def test_leaving_media_unlabelled_or_the_explicit_label_to_the_interface_is_noted(self, seen: Seen) -> None:
        off = seen("media labels", upstream=_UPSTREAM, label_media="none")
        assert (off.note, "leave as they came" in off.seen, "Articles 4 and 5" in off.advice) == (True, True, True)
        implicit = seen("media labels", label_media="implicit", label_provider_code=_PRODUCER)
        assert (implicit.note, implicit.seen) == (True, "implicit only")

    def test_both_labels_with_a_code_are_well(self, seen: Seen) -> None:
        check = seen("media labels", upstream=_UPSTREAM, label_provider_code=_PRODUCER)
        assert (check.ok, check.note, check.seen) == (True, False, "explicit and implicit")


class TestCodes:
    def test_a_right_code_is_taken_apart(self, seen: Seen) -> None:
        check = seen("provider code", label_provider_code=_PRODUCER)
        assert (check.ok, check.note) == (True, False)
        assert check.seen == f"{_PRODUCER}: social credit code {_USCC}, role 1, own part 0001"
        assert seen("platform code", label_platform_code=_PLATFORM).ok

    def test_a_wrong_check_digit_is_named(self, seen: Seen) -> None:
        check = seen("provider code", label_provider_code=f"0011{_USCC[:-1]}A10001")
        assert not check.ok
        assert "check digit" in check.seen
        assert "business licence" in check.advice

    def test_the_other_role_s_code_is_named(self, seen: Seen) -> None:
        check = seen("provider code", label_provider_code=_PLATFORM)
        assert (check.ok, "role digit 2 where 1 is meant" in check.seen) == (False, True)
        check = seen("platform code", label_platform_code=_PRODUCER)
        assert (check.ok, "role digit 1 where 2 is meant" in check.seen) == (False, True)

    def test_what_begins_like_a_code_and_is_none_is_a_fault_and_a_name_is_noted(self, seen: Seen) -> None:
        assert not seen("provider code", label_provider_code=f"0011{_USCC}30001").ok
        name = seen("provider code", label_provider_code="Example Technology")
        assert (name.ok, name.note) == (True, True)


class TestSigningKey:
    def test_its_id_is_shown_and_never_its_secret(self, seen: Seen, tmp_path: Path) -> None:
        key = Sm2Key.generate()
        key.save(tmp_path / "label.key")
        check = seen("label key", label_key_file=tmp_path / "label.key")
        assert (check.ok, key.key_id in check.seen, f"{key.secret:x}" in check.seen) == (True, True, False)

    def test_a_key_that_others_can_read_that_is_none_or_missing_is_a_fault(self, seen: Seen, tmp_path: Path) -> None:
        path = tmp_path / "label.key"
        missing = seen("label key", label_key_file=path)
        Sm2Key.generate().save(path)
        path.chmod(0o640)
        loose = seen("label key", label_key_file=path)
        path.chmod(0o600)
        path.write_text("no key")
        broken = seen("label key", label_key_file=path)
        for check in (missing, loose, broken):
            assert not check.ok
            assert "BL-LABEL-030" in check.seen
        assert "chmod 600" in loose.advice

    def test_a_replaced_key_is_judged_as_it_lies_there(self, seen: Seen, tmp_path: Path) -> None:
        path, fresh = tmp_path / "label.key", Sm2Key.generate()
        Sm2Key.generate().save(path)
        assert fresh.key_id not in seen("label key", label_key_file=path).seen
        path.unlink()
        fresh.save(path)
        assert fresh.key_id in seen("label key", label_key_file=path).seen


class TestOwnKeys:
    def test_they_are_made_when_first_needed_and_a_damaged_or_lost_one_is_a_fault(self, service: Service, seen: Seen) -> None:
        path = service.settings.home / "keys" / "fingerprint.key"
        assert seen("own keys").ok
        service.labelling.remember_answers([("a-decision", "长城位于中国北方，始建于春秋战国时期，历代都有修缮。" * 20)])
        assert "usable: fingerprint.key" in seen("own keys").seen
        kept = path.read_text()
        try:
            path.write_text("no key")
            damaged = seen("own keys")
            path.unlink()
            lost = seen("own keys")
        finally:
            path.touch(mode=0o600)
            path.write_text(kept)
            service.store.text_fingerprints.erase("a-decision")
        assert (damaged.ok, "BL-LABEL-082" in damaged.seen) == (False, True)
        assert (lost.ok, "fingerprint.key is gone" in lost.seen, "backup" in lost.advice) == (False, True, True)


def _pins(path: Path, *entries: tuple[str, Sm2Key]) -> Path:
    path.write_text(
        "\n".join(f"- provider: {code}\n  source: test\n  keys:\n    - '04{key.public.raw.hex()}'" for code, key in entries), "utf-8"
    )
    path.chmod(0o644)
    return path


class TestPins:
    def test_pins_are_counted(self, seen: Seen, tmp_path: Path) -> None:
        path = _pins(tmp_path / "pins.yaml", (_PRODUCER, Sm2Key.generate()), (_PLATFORM, Sm2Key.generate()))
        assert seen("pinned keys", label_pins_file=path).seen == "providers with keys in pins.yaml: 2"

    def test_a_broken_entry_is_named_with_its_line_and_a_missing_file_too(self, seen: Seen, tmp_path: Path) -> None:
        path = tmp_path / "pins.yaml"
        assert "BL-DATA-260" in seen("pinned keys", label_pins_file=path).seen
        path.write_text("- provider: x\n")
        check = seen("pinned keys", label_pins_file=path)
        assert (check.ok, "BL-DATA-261" in check.seen) == (False, True)

    def test_who_is_trusted_is_nobody_else_s_to_change(self, seen: Seen, tmp_path: Path) -> None:
        path = _pins(tmp_path / "pins.yaml", (_PRODUCER, Sm2Key.generate()))
        path.chmod(0o666)
        check = seen("pinned keys", label_pins_file=path)
        assert (check.ok, check.advice) == (False, f"Run: chmod go-w {path}")

    def test_a_new_signing_key_that_was_not_pinned_would_make_our_own_labels_forgeries(self, seen: Seen, tmp_path: Path) -> None:
        key = Sm2Key.generate()
        key.save(tmp_path / "label.key")
        ours = {"label_provider_code": _PRODUCER, "label_key_file": tmp_path / "label.key"}
        other = _pins(tmp_path / "other.yaml", (_PRODUCER, Sm2Key.generate()))
        check = seen("pinned keys", label_pins_file=other, **ours)
        assert (check.ok, _PRODUCER in check.seen) == (False, True)
        assert seen("pinned keys", label_pins_file=_pins(tmp_path / "own.yaml", (_PRODUCER, key)), **ours).ok
        assert seen("pinned keys", label_pins_file=_pins(tmp_path / "foreign.yaml", (_PLATFORM, Sm2Key.generate())), **ours).ok


def _credential(folder: Path, **made: Any) -> dict[str, Any]:
    Credential.made("Test", **made).save(folder / "chain.pem", folder / "chain.key")
    return {"label_c2pa_chain": folder / "chain.pem", "label_c2pa_key": folder / "chain.key"}


class TestCertificate:
    def test_a_chain_that_lives_long_is_well(self, seen: Seen, tmp_path: Path) -> None:
        check = seen("credential", **_credential(tmp_path))
        assert (check.ok, check.note) == (True, False)
        assert check.seen.startswith("es256, its chain is valid until 20")

    def test_a_chain_that_ends_within_thirty_days_is_noted(self, seen: Seen, tmp_path: Path) -> None:
        check = seen("credential", **_credential(tmp_path, valid=timedelta(days=20, hours=1)))
        assert (check.ok, check.note) == (True, True)
        assert "ends in 20 days" in check.seen
        assert "Ask for a new certificate now" in check.advice

    def test_a_chain_that_ended_or_has_not_begun_is_a_fault(self, seen: Seen, tmp_path: Path) -> None:
        now = datetime.now(UTC)
        (tmp_path / "late").mkdir()
        (tmp_path / "early").mkdir()
        ended = seen("credential", **_credential(tmp_path / "late", now=now - timedelta(days=50), valid=timedelta(days=20)))
        assert (ended.ok, "ended on" in ended.seen) == (False, True)
        early = seen("credential", **_credential(tmp_path / "early", now=now + timedelta(days=2)))
        assert (early.ok, "begins on" in early.seen) == (False, True)

    def test_a_key_that_others_can_read_or_of_another_certificate_is_a_fault(self, seen: Seen, tmp_path: Path) -> None:
        settings = _credential(tmp_path)
        (tmp_path / "chain.key").chmod(0o644)
        assert "BL-LABEL-040" in seen("credential", **settings).seen
        (tmp_path / "chain.key").write_text(Credential.made("Other").key)
        (tmp_path / "chain.key").chmod(0o600)
        check = seen("credential", **settings)
        assert (check.ok, "first certificate" in check.seen) == (False, True)


class TestAnchors:
    def test_they_are_counted_and_ended_ones_are_noted(self, seen: Seen, tmp_path: Path) -> None:
        path = tmp_path / "anchors.pem"
        path.write_text(Credential.made("One").root)
        path.chmod(0o644)
        assert seen("anchors", label_c2pa_anchors=path).seen == "certificates in anchors.pem: 1"
        ended = Credential.made("Two", now=datetime.now(UTC) - timedelta(days=50), valid=timedelta(days=20))
        path.write_text(Credential.made("One").root + ended.root)
        check = seen("anchors", label_c2pa_anchors=path)
        assert (check.ok, check.note, "anchors.pem: 2, of which ended: 1" in check.seen) == (True, True, True)

    def test_a_file_without_certificates_a_missing_and_a_loose_one_are_faults(self, seen: Seen, tmp_path: Path) -> None:
        path = tmp_path / "anchors.pem"
        assert "BL-CONFIG-007" in seen("anchors", label_c2pa_anchors=path).seen
        for content in (b"no certificate", b"\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
            path.write_bytes(content)
            check = seen("anchors", label_c2pa_anchors=path)
            assert (check.ok, "BEGIN CERTIFICATE" in check.advice) == (False, True)
        path.write_text(Credential.made("One").root)
        path.chmod(0o622)
        assert not seen("anchors", label_c2pa_anchors=path).ok


class TestPrograms:
    def test_ffmpeg_is_there_with_all_that_labels_need(self, seen: Seen) -> None:
        check = seen("ffmpeg")
        assert (check.ok, check.note) == (True, False)
        assert re.fullmatch(r"ffmpeg \S+ and ffprobe, with the encoders and filters that labels need", check.seen)

    def test_without_it_sound_stays_without_an_explicit_label_a_fault_only_where_one_is_asked_for(
        self, seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        check = seen("ffmpeg")
        assert (check.ok, check.note) == (True, True)
        assert check.seen.startswith("ffmpeg, ffprobe not found")
        assert not seen("ffmpeg", label_provider_code=_PRODUCER).ok
        assert seen("ffmpeg", label_provider_code=_PRODUCER, label_media="implicit").ok

    @pytest.mark.parametrize(
        ("without", "told"),
        [("libx264|libopenh264|libmp3lame", "cannot write H.264, MP3"), ("ebur128", "has not the filters ebur128")],
    )
    def test_a_build_that_lacks_something_is_named(
        self, seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, without: str, told: str
    ) -> None:
        real = shutil.which("ffmpeg")
        (tmp_path / "ffmpeg").write_text(f"#!/bin/sh\n{real} \"$@\" | grep -Ev '{without}'\n")
        (tmp_path / "ffprobe").write_text("#!/bin/sh\n")
        for name in ("ffmpeg", "ffprobe"):
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        check = seen("ffmpeg", label_provider_code=_PRODUCER)
        assert (check.ok, told in check.seen) == (False, True)

    def test_a_program_that_does_not_answer_is_named(self, seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in ("ffmpeg", "ffprobe"):
            (tmp_path / name).write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        check = seen("ffmpeg")
        assert (check.ok, check.note, "broken" in check.seen) == (True, True, True)

    def test_text_recognition_is_said_to_be_there_or_not(self, seen: Seen) -> None:
        check = seen("recognition")
        assert (check.ok, check.note) == (True, False)
        assert "extra ocr is" in check.seen


class TestRoom:
    def test_a_file_for_which_there_is_no_room_is_a_fault(self, seen: Seen, tmp_path: Path) -> None:
        free = shutil.disk_usage(tmp_path).free
        assert seen("uploads", label_max_file_bytes=1024**2).ok
        check = seen("uploads", label_max_file_bytes=min(free, 64 * 1024**3))
        assert check.ok is (2 * min(free, 64 * 1024**3) <= free)
        assert f"{min(free, 64 * 1024**3) // 1024**2} MB" in check.seen


class TestFingerprints:
    def test_they_are_counted_and_switched_off_ones_run_out(self, service: Service, seen: Seen) -> None:
        assert seen("fingerprints", label_fingerprint_days=0).seen == "none are taken (setting label_fingerprint_days)"
        assert seen("fingerprints").seen == "answers that are known again: 0, each for 180 days"
        service.labelling.remember_answers([("a-decision", "人工智能正在改变我们阅读、写作和思考的方式。" * 20)])
        assert seen("fingerprints").seen == "answers that are known again: 1, each for 180 days"
        assert seen("fingerprints", label_fingerprint_days=0).seen.endswith("over: 1")


def test_a_key_in_a_folder_that_cannot_be_entered_does_not_hide_the_other_checks(service: Service, seen: Seen, tmp_path: Path) -> None:
    long = tmp_path / ("k" * 300)  # no file system takes such a name, for root neither
    check = seen("credential", label_c2pa_chain=long, label_c2pa_key=long)
    assert not check.ok
    assert {check.name for check in service_checks(service)} >= {"anchors", "uploads", "fingerprints"}
