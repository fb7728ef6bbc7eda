"""The sequencer: what it writes, what it refuses to sign, how it comes back after a crash."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from brightline.errors import LedgerError
from brightline.ledger import Sequencer, Signer, encode_entry, open_checkpoint, parse_entry, verify_consistency, verify_tlog_proof
from brightline.ledger.tree import Frontier, consistency_proof, leaf_hash
from brightline.model import LedgerEntry
from tests.ledger.memory import MemoryLedger
from tests.ledger.trees import Tree


def halted(sequencer: Sequencer, code: str) -> LedgerError:
    """Sequencing refuses with this code, again and again, and nothing is lost or signed meanwhile."""
    ledger = sequencer.storage
    assert isinstance(ledger, MemoryLedger)
    before = (len(ledger.rows), len(ledger.waiting), dict(ledger.checkpoints))
    for _ in range(2):
        with pytest.raises(LedgerError) as refused:
            sequencer.round()
        assert refused.value.code == code, refused.value
        assert refused.value.hint
    assert (len(ledger.rows), len(ledger.waiting), dict(ledger.checkpoints)) == before
    return refused.value


def test_events_get_gapless_places_in_their_order(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    subjects = ledger.submit(3)
    sequencer.round()
    subjects += ledger.submit(4)
    head = sequencer.round()
    entries = [parse_entry(raw) for _, _, raw, _ in ledger.rows]
    assert [entry.seq for entry in entries] == list(range(7))
    assert [entry.subject for entry in entries] == subjects
    assert ledger.waiting == []
    assert head is not None
    assert head.size == 7
    assert head.root == Tree([raw for _, _, raw, _ in ledger.rows]).roots[7]


def test_one_checkpoint_is_signed_a_batch(ledger: MemoryLedger, signer: Signer, head_file: Path) -> None:
    sequencer = Sequencer(ledger, signer, head_file, batch=10)
    ledger.submit(25)
    head = sequencer.drain()
    assert sorted(ledger.checkpoints) == [10, 20, 25]
    assert head is not None
    assert head == sequencer.head()
    assert head_file.read_text() == head.note == ledger.checkpoints[25]


def test_every_head_is_consistent_with_every_earlier_one(ledger: MemoryLedger, sequencer: Sequencer, signer: Signer) -> None:
    heads = []
    for count in (1, 1, 2, 5, 1, 30, 3):
        ledger.submit(count)
        head = sequencer.round()
        assert head is not None
        heads.append(open_checkpoint(head.note, signer.verifiers))
    with ledger.reading() as transaction:
        for position, new in enumerate(heads):
            for old in heads[: position + 1]:
                verify_consistency(old.size, new.size, old.root, new.root, consistency_proof(old.size, new.size, transaction.node))


def test_with_nothing_to_do_nothing_is_signed(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    assert sequencer.round() is None
    assert sequencer.head() is None
    ledger.submit()
    assert sequencer.round() is not None
    checkpoints = dict(ledger.checkpoints)
    assert sequencer.round() is None
    assert ledger.checkpoints == checkpoints


def test_every_entry_can_be_proved(ledger: MemoryLedger, sequencer: Sequencer, signer: Signer) -> None:
    subjects = ledger.submit(21)
    sequencer.round()
    for subject in subjects:
        evidence = sequencer.evidence(subject)
        assert parse_entry(evidence.entry).subject == subject
        assert verify_tlog_proof(sequencer.prove(subject), evidence.entry, signer.verifiers).size == 21


def test_the_latest_entry_about_a_subject_is_proved(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    (subject,) = ledger.submit()
    ledger.waiting.append(ledger.waiting[0]._replace(id=99, kind="erasure"))
    sequencer.round()
    assert parse_entry(sequencer.evidence(subject).entry).kind == "erasure"


def test_a_pending_event_has_no_proof_yet(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    (subject,) = ledger.submit()
    for name in (subject, "unknown"):
        with pytest.raises(LedgerError, match="BL-LEDGER-012"):
            sequencer.prove(name)


def test_a_proof_that_does_not_verify_is_not_handed_out(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    subjects = ledger.submit(4)
    sequencer.round()
    seq, subject, raw, leaf = ledger.rows[2]
    ledger.rows[2] = (seq, subject, raw.replace(b'"key-1"', b'"key-2"'), leaf)
    with pytest.raises(LedgerError, match="BL-LEDGER-005"):
        sequencer.prove(subjects[2])
    ledger.rows[1] = (1, "decision-1", *ledger.rows[1][2:])
    with pytest.raises(LedgerError, match="not about decision-1"):
        sequencer.prove("decision-1")


def test_a_crash_before_the_commit_leaves_everything_pending(ledger: MemoryLedger, sequencer: Sequencer, head_file: Path) -> None:
    ledger.submit(2)
    sequencer.round()
    ledger.submit(3)
    kept = head_file.read_text()
    ledger.fails_to_commit = True
    with pytest.raises(OSError, match="disk full"):
        sequencer.round()
    assert (len(ledger.rows), len(ledger.waiting), head_file.read_text()) == (2, 3, kept)
    ledger.fails_to_commit = False
    head = sequencer.round()
    assert head is not None
    assert head.size == 5


@pytest.mark.parametrize("earlier", [0, 3])
def test_a_crash_between_commit_and_head_file_is_made_good(
    earlier: int, ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path
) -> None:
    sequencer.round()  # at least the head of the empty log is kept
    if earlier:
        ledger.submit(earlier)
        sequencer.round()
    old = head_file.read_text()
    ledger.submit(4)
    head = sequencer.round()
    assert head is not None
    head_file.write_text(old)  # as if the process had died before it moved the file
    restarted = Sequencer(ledger, signer, head_file)
    assert restarted.round() == head
    assert head_file.read_text() == head.note
    assert restarted.round() is None


def test_a_head_file_that_cannot_be_written_is_made_good_later(
    ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path
) -> None:
    ledger.submit()
    sequencer.round()
    lock = head_file.with_name("head.lock")
    lock.unlink()
    lock.mkdir()
    ledger.submit()
    with pytest.raises(LedgerError, match="BL-LEDGER-017"):
        sequencer.round()
    lock.rmdir()
    head = sequencer.round()
    assert head is not None
    assert head_file.read_text() == head.note == ledger.checkpoints[2]


def test_a_database_that_was_rolled_back_is_refused(ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path) -> None:
    ledger.submit(5)
    sequencer.round()
    yesterday = ledger.snapshot()
    ledger.submit(5)
    sequencer.round()
    for events in (0, 3, 9):
        restored = yesterday.snapshot()
        restored.submit(events)
        problem = halted(Sequencer(restored, signer, head_file), "BL-LEDGER-009")
        assert "5 entries" in problem.message
        assert "10" in problem.message


def test_a_rollback_that_another_key_holder_grew_again_is_refused(
    ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path, tmp_path: Path
) -> None:
    ledger.submit(5)
    sequencer.round()
    yesterday = ledger.snapshot()
    old_head = head_file.read_text()
    ledger.submit(5)
    sequencer.round()
    (tmp_path / "elsewhere").write_text(old_head)
    yesterday.submit(8)
    Sequencer(yesterday, signer, tmp_path / "elsewhere").round()
    yesterday.submit(1)
    halted(Sequencer(yesterday, signer, head_file), "BL-LEDGER-010")


def test_a_rollback_of_database_and_head_file_is_seen_by_a_process_that_runs(
    ledger: MemoryLedger, sequencer: Sequencer, head_file: Path
) -> None:
    ledger.submit(5)
    sequencer.round()
    yesterday, old_head = ledger.snapshot(), head_file.read_text()
    ledger.submit(5)
    sequencer.round()
    head_file.write_text(old_head)
    sequencer.storage = yesterday
    yesterday.submit(1)
    halted(sequencer, "BL-LEDGER-009")


def test_an_empty_database_under_an_old_head_file_is_refused(
    ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path
) -> None:
    ledger.submit(2)
    sequencer.round()
    empty = MemoryLedger()
    empty.submit()
    halted(Sequencer(empty, signer, head_file), "BL-LEDGER-009")


def test_a_lost_head_file_halts_and_any_kept_checkpoint_replaces_it(
    ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path
) -> None:
    ledger.submit(2)
    first = sequencer.round()
    ledger.submit(2)
    sequencer.round()
    head_file.unlink()
    ledger.submit(1)
    halted(Sequencer(ledger, signer, head_file), "BL-LEDGER-008")
    halted(sequencer, "BL-LEDGER-008")
    assert first is not None
    head_file.write_text(first.note)
    head = Sequencer(ledger, signer, head_file).round()
    assert head is not None
    assert head.size == 5


@pytest.mark.parametrize("content", ["", "rubbish", "a\n1\nb\n\n\u2014 x AAAAAAAA\n"])
def test_a_damaged_head_file_halts(content: str, ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path) -> None:
    ledger.submit()
    sequencer.round()
    head_file.write_text(content)
    ledger.submit()
    halted(Sequencer(ledger, signer, head_file), "BL-LEDGER-017")


def test_a_head_file_that_cannot_be_read_halts(ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path) -> None:
    ledger.submit()
    sequencer.round()
    head_file.unlink()
    head_file.mkdir()
    ledger.submit()
    halted(Sequencer(ledger, signer, head_file), "BL-LEDGER-017")


def test_a_head_of_another_key_halts(ledger: MemoryLedger, sequencer: Sequencer, head_file: Path, tmp_path: Path) -> None:
    ledger.submit()
    sequencer.round()
    stranger = Signer.load_or_create(tmp_path / "stranger.key", "example.org/log")
    halted(Sequencer(ledger, stranger, head_file), "BL-LEDGER-017")


def test_entries_that_no_sequencer_committed_halt(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    ledger.submit(3)
    sequencer.round()
    forged = encode_entry(LedgerEntry(3, 1, "decision", "default", "key-1", "forged", "00" * 32))
    ledger.rows.append((3, "forged", forged, leaf_hash(forged)))
    nodes: list[tuple[int, int, bytes]] = []
    with ledger.reading() as transaction:
        Frontier.load(3, transaction.node).append(leaf_hash(forged), nodes)
    ledger.nodes.update({(level, index): digest for level, index, digest in nodes})
    ledger.submit()
    problem = halted(sequencer, "BL-LEDGER-010")
    assert "4 entries, but its own signed head is over 3" in problem.message


def test_entries_before_the_first_round_of_a_sequencer_halt(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    sequencer.round()
    forged = encode_entry(LedgerEntry(0, 1, "decision", "default", "key-1", "forged", "00" * 32))
    ledger.rows.append((0, "forged", forged, leaf_hash(forged)))
    ledger.submit()
    halted(sequencer, "BL-LEDGER-010")


def test_a_changed_right_edge_halts(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    ledger.submit(6)
    sequencer.round()
    ledger.nodes[1, 2] = bytes(32)
    ledger.submit()
    halted(sequencer, "BL-LEDGER-010")
    del ledger.nodes[1, 2]
    halted(sequencer, "BL-LEDGER-011")


def test_a_log_rewritten_with_the_key_is_refused_by_the_kept_head(
    ledger: MemoryLedger, signer: Signer, sequencer: Sequencer, head_file: Path
) -> None:
    ledger.submit(6)
    sequencer.round()
    forged = MemoryLedger()
    frontier, nodes = Frontier(), list[tuple[int, int, bytes]]()
    for seq, subject, raw, _ in ledger.rows:
        changed = raw.replace(b'"key-1"', b'"key-9"') if seq == 2 else raw
        frontier.append(leaf_hash(changed), nodes)
        forged.rows.append((seq, subject, changed, leaf_hash(changed)))
    forged.nodes = {(level, index): digest for level, index, digest in nodes}
    checkpoint = open_checkpoint(ledger.checkpoints[6], signer.verifiers)
    forged.checkpoints[6] = signer.sign(type(checkpoint)(checkpoint.origin, 6, frontier.root()))
    forged.submit()
    halted(Sequencer(forged, signer, head_file), "BL-LEDGER-010")


def test_an_unsigned_checkpoint_in_the_database_halts(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    ledger.submit(2)
    sequencer.round()
    ledger.checkpoints[2] = ledger.checkpoints[2].replace("\n2\n", "\n3\n")
    ledger.submit()
    halted(sequencer, "BL-LEDGER-002")


def test_a_repaired_database_is_sequenced_again_without_a_restart(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    ledger.submit(4)
    sequencer.round()
    good = ledger.nodes[2, 0]
    ledger.nodes[2, 0] = bytes(32)
    ledger.submit()
    halted(sequencer, "BL-LEDGER-010")
    ledger.nodes[2, 0] = good
    assert sequencer.round() is not None


def test_another_process_may_sequence_in_between(ledger: MemoryLedger, signer: Signer, head_file: Path) -> None:
    here, there = Sequencer(ledger, signer, head_file), Sequencer(ledger, signer, head_file)
    for turn in range(1, 9):
        ledger.submit(turn)
        head = (here if turn % 2 else there).round()
        assert head is not None
    assert head.size == 36
    assert head.root == Tree([raw for _, _, raw, _ in ledger.rows]).roots[36]


def test_threads_that_sequence_together_leave_one_gapless_log(ledger: MemoryLedger, signer: Signer, head_file: Path) -> None:
    ledger.submit(200)
    sequencers = [Sequencer(ledger, signer, head_file, batch=7) for _ in range(4)]
    threads = [threading.Thread(target=sequencer.drain) for sequencer in sequencers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [seq for seq, *_ in ledger.rows] == list(range(200))
    assert open_checkpoint(head_file.read_text(), signer.verifiers).size == 200


def test_after_a_change_of_keys_the_latest_head_is_signed_by_the_new_one_without_new_events(
    ledger: MemoryLedger, sequencer: Sequencer, head_file: Path, tmp_path: Path
) -> None:
    ledger.submit(3)
    sequencer.round()
    key_file = tmp_path / "keys" / "ledger.key"
    both = Signer.rotate(key_file)
    head = Sequencer(ledger, both, head_file).round()
    assert head is not None
    assert head.size == 3
    assert head_file.read_text() == ledger.checkpoints[3] == head.note
    alone = Signer.retire(key_file)
    assert open_checkpoint(head.note, alone.verifiers).size == 3
    assert Sequencer(ledger, alone, head_file).round() is None


def test_an_event_that_cannot_be_an_entry_halts_with_its_name(ledger: MemoryLedger, sequencer: Sequencer) -> None:
    ledger.submit(1)
    ledger.waiting[0] = ledger.waiting[0]._replace(commitment="none")
    problem = halted(sequencer, "BL-LEDGER-013")
    assert "decision-1" in problem.message


def test_a_bundle_holds_everything_that_the_verifier_needs(ledger: MemoryLedger, sequencer: Sequencer, signer: Signer) -> None:
    (subject,) = ledger.submit()
    sequencer.round()
    salt, payload = ledger.payloads[subject]
    bundle = json.loads(sequencer.bundle(subject, payload, salt))
    assert bundle["format"] == "brightline-proof/1"
    assert bundle["decision"] == json.loads(payload)
    assert (bundle["salt"], bundle["vkey"]) == (salt.hex(), signer.vkey)
