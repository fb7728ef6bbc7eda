"""``brightline ledger``: verify the tamper-evident log, prove a decision, export everything for an auditor.

Works on database, key and head file alone: a log can be verified where the service itself would not start. Exit codes: 0 it verifies · 1 it does not · 2 wrong input or installation.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from brightline.cli.terminal import console, print_json, report
from brightline.config import Settings, load_settings
from brightline.errors import InputError, LedgerError, NotFound
from brightline.ledger import (
    Checkpoint,
    Sequencer,
    Signer,
    Verification,
    VerifierKey,
    checkpoint_in,
    export_tiles,
    verify_log,
    verify_tiles,
)
from brightline.store import Store
from brightline.stored_payloads import payload_check

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_OUTPUT = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file instead of stdout.")]

# What a LedgerError says about the log itself, as opposed to input or installation: exit code 1.
_DOES_NOT_VERIFY = {f"BL-LEDGER-{number:03}" for number in (2, 5, 6, 8, 9, 10, 11, 16)}

_NOT_SHOWN = (
    "Not shown by this: that everything was logged, that what was logged is true, and, where nobody else kept a head, that the "
    "log was not rewritten as a whole with its key. Keep heads elsewhere and give one with --since."
)


@app.command()
def verify(
    since: Annotated[Path | None, typer.Option(help="A head that somebody kept: checkpoint, tlog-proof or proof bundle.")] = None,
    payloads: Annotated[bool, typer.Option(help="Also hold every stored decision against its commitment.")] = True,
    folder: Annotated[Path | None, typer.Option(help="Verify this exported folder instead of the installation's log.")] = None,
    vkey: Annotated[str | None, typer.Option(help="Verifier key: of the folder, or the retired one that signed the kept head.")] = None,
    as_json: _JSON = False,
) -> None:
    """Hash every entry again and hold the result against every head that is known."""
    if folder is not None:
        _verify_folder(folder, vkey, as_json)
        return
    with _opened() as (store, sequencer), _progress("Verifying", as_json) as progress:
        found = verify_log(
            store.ledger,
            (*sequencer.signer.verifiers, *([VerifierKey.parse(vkey)] if vkey is not None else [])),
            sequencer.head_file.path,
            since=[checkpoint_in(_read(since))] if since is not None else [],
            check_payload=payload_check(store) if payloads else None,
            progress=progress,
        )
    if as_json:
        print_json(_verification_document(found))
    else:
        _print_verification(found, payloads)
    raise typer.Exit(0 if found.ok else 1)


@app.command()
def prove(decision_id: str, output: _OUTPUT = None, as_json: _JSON = False) -> None:
    """Write the proof that a decision is in the log; `brightline ledger verifier` writes the program that checks it."""
    with _opened() as (store, sequencer), _failing():
        bundle = _bundle(store, sequencer, decision_id)
    _write(bundle, output)
    if output is not None:
        if as_json:
            print_json({"decision": decision_id, "file": str(output)})
        else:
            console.print(Text(f"{output}: check it with `python verify_proof.py {output} --vkey '…'`"), soft_wrap=True)


@app.command()
def export(directory: Path, as_json: _JSON = False) -> None:
    """Write the whole log as static files (c2sp.org/tlog-tiles)."""
    with _opened() as (store, sequencer), _failing(), _progress("Exporting", as_json) as progress:
        checkpoint = export_tiles(store.ledger, directory, sequencer.signer.verifiers, progress)
    if as_json:
        print_json(_head_document(checkpoint) | {"directory": str(directory)})
    else:
        console.print(Text(f"{checkpoint.origin} in {directory}: entries {checkpoint.size}"))


@app.command()
def head(as_json: _JSON = False) -> None:
    """Print the latest signed head. Keep it elsewhere: it pins everything that came before."""
    with _opened() as (_, sequencer), _failing():
        latest = sequencer.head()
        vkey, origin = sequencer.signer.vkey, sequencer.signer.origin
    if latest is None:
        raise InputError("BL-INPUT-051", "the log has no signed head yet", "record a decision first")
    if as_json:
        print_json(_head_document(Checkpoint(origin, latest.size, latest.root)) | {"note": latest.note, "vkey": vkey})
    else:
        _write(latest.note.encode(), None)


@app.command()
def vkey(as_json: _JSON = False) -> None:
    """Print the verifier key: what people need to check proofs. A second line is a key that is being retired."""
    _print_keys(_signer(load_settings()), as_json)


@app.command()
def rotate(as_json: _JSON = False) -> None:
    """Make a new signing key. Until `retire`, the old one signs every head next to it. Restart the service afterwards."""
    _print_keys(Signer.rotate(_key_file(load_settings())), as_json)


@app.command()
def retire(as_json: _JSON = False) -> None:
    """End the overlap: remove the old signing key. Restart the service afterwards."""
    _print_keys(Signer.retire(_key_file(load_settings())), as_json)


@app.command()
def verifier(output: _OUTPUT = None, as_json: _JSON = False) -> None:
    """Write out the auditor's verifier: one Python file that needs neither Brightline nor a network."""
    program = resources.files("brightline.ledger").joinpath("verify_proof.py").read_bytes()
    digest = hashlib.sha256(program).hexdigest()
    if as_json and output is None:
        print_json({"sha256": digest, "program": program.decode()})
        return
    _write(program, output)
    if as_json:
        print_json({"sha256": digest, "file": str(output)})
    elif output is not None:
        console.print(Text(f"{output} (SHA-256 {digest}): run `python {output} proof.json --vkey '…'`"), soft_wrap=True)


@contextmanager
def _opened() -> Iterator[tuple[Store, Sequencer]]:
    settings = load_settings()
    signer = _signer(settings)
    store = Store.open(settings.effective_database_url)
    try:
        yield store, Sequencer(store.ledger, signer, settings.home / "ledger" / "head")
    finally:
        store.close()


def _signer(settings: Settings) -> Signer:
    return Signer.load_or_create(_key_file(settings), settings.ledger_name)


def _key_file(settings: Settings) -> Path:
    path = settings.home / "keys" / "ledger.key"
    if not path.exists():
        raise InputError(
            "BL-INPUT-050", f"there is no ledger in {settings.home}", "run this where the service runs, or set BRIGHTLINE_HOME to its home"
        )
    return path


def _bundle(store: Store, sequencer: Sequencer, decision_id: str) -> bytes:
    stored = store.decision(decision_id)
    if stored is None:
        raise NotFound("BL-INPUT-404", f"no decision {decision_id}", "take the id from an answer, `brightline decisions` or a statement")
    if stored.salt is None:
        raise LedgerError(
            "BL-LEDGER-102", "the content of this decision was erased, so it can no longer be proved", "its place in the log still verifies"
        )
    return sequencer.bundle(decision_id, stored.body, stored.salt)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except LedgerError as problem:
        if problem.code not in _DOES_NOT_VERIFY:
            raise
        report(problem)
        raise typer.Exit(1) from None


def _verify_folder(folder: Path, vkey: str | None, as_json: bool) -> None:
    if vkey is not None:
        keys: tuple[VerifierKey, ...] = (VerifierKey.parse(vkey),)
    else:
        keys = _signer(load_settings()).verifiers
    with _failing():
        checkpoint = verify_tiles(folder, keys)
    if as_json:
        print_json(_head_document(checkpoint) | {"ok": True, "directory": str(folder)})
    else:
        console.print(Text("verified", style="bold green"), Text(f"{checkpoint.origin} in {folder}: entries {checkpoint.size}"))
        console.print(Text(_NOT_SHOWN), style="dim")


def _print_verification(found: Verification, payloads: bool) -> None:
    if found.ok:
        console.print(Text("verified", style="bold green"), Text(f"{found.origin}: entries {found.size}"))
    else:
        console.print(Text("does not verify", style="bold red"), Text(f"{found.origin}: entries {found.size}"))
    for problem in found.problems:
        console.print(Text(f"  {problem.message}", style="red"))
    console.print(Text(f"  hashes computed again: {found.hashes_checked}; root hash {found.root.hex()}"), soft_wrap=True)
    for name in found.heads_checked:
        console.print(Text(f"  held against {name}"))
    if payloads:
        console.print(Text(f"  stored payloads that fit their entry: {found.payloads_checked}; erased: {found.payloads_absent}"))
    console.print(Text(_NOT_SHOWN, style="dim"))


def _print_keys(signer: Signer, as_json: bool) -> None:
    current, *retiring = (str(key) for key in signer.verifiers)
    if as_json:
        print_json({"vkey": current, "retiring": retiring})
    else:
        _write("".join(f"{key}\n" for key in (current, *retiring)).encode(), None)


def _verification_document(found: Verification) -> dict[str, object]:
    return {
        "ok": found.ok,
        "origin": found.origin,
        "size": found.size,
        "root": found.root.hex(),
        "hashes_checked": found.hashes_checked,
        "payloads_checked": found.payloads_checked,
        "payloads_absent": found.payloads_absent,
        "heads_checked": list(found.heads_checked),
        "problems": [
            {"kind": problem.kind, "message": problem.message, "first": problem.first, "stop": problem.stop} for problem in found.problems
        ],
    }


def _head_document(checkpoint: Checkpoint) -> dict[str, object]:
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}


@contextmanager
def _progress(what: str, as_json: bool) -> Iterator[Callable[[int, int], None] | None]:
    terminal = Console(stderr=True)
    if as_json or not terminal.is_terminal:
        yield None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("entries"), TimeRemainingColumn())
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError("BL-INPUT-052", f"{path} cannot be read: {problem}", "name a file with a checkpoint or a proof") from None


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as problem:
        raise InputError("BL-INPUT-053", f"{output} cannot be written: {problem.strerror}", "name a file in a folder that exists") from None
