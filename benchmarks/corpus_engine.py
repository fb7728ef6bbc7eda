"""How fast corpora are read, what the engine costs, how much memory it takes, and whether it survives being killed.

    python benchmarks/corpus_engine.py [read] [daft] [scale] [kills] [power] [journal] [stages] [line] [--mb 100] [--kills 50] [--json]

read: each format, MB of text a CPU-second. daft: the same work in a plain loop and fed through Daft's native runner batch by batch
(what it costs), and whether one killed process fails a whole query of shards (why the supervisor is ours). scale: a stage over the
input with 1 and 2 workers: wall, CPU, and the highest memory (PSS of the process tree), also at five times the size. kills: the
supervisor is killed at random moments of its work (with 2 and with 4 workers) until the work is done; the bytes must be those of an undisturbed
run, and the rows that each kill cost are counted. power: the same, and of what was not yet settled on the disk each tenth file breaks off
somewhere, journals too, as a loss of power leaves it. journal: what it costs to annotate with a journal and in pieces instead of whole
batches, and what a shard costs that is in its journal already. stages: CPU of each stage of a run, as shares of the whole. line: one line of 1 GB
under a limit on memory. Inputs are generated here, in a temporary folder; journal and stages take natural text (``corpus_text.py``).
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from brightline.corpus.annotating import AnnotateTask  # noqa: E402  # after the path is set, for kernels of the tests
from brightline.corpus.engine import run_stage, workspace_lock  # noqa: E402
from brightline.corpus.kernel import KernelSpec  # noqa: E402
from brightline.corpus.planning import plan_shards  # noqa: E402
from brightline.corpus.reading import read_shard  # noqa: E402
from brightline.corpus.shard import ReadOptions  # noqa: E402
from brightline.corpus.storage import Workspace  # noqa: E402
from brightline.store import CorpusRuns, Store  # noqa: E402
from tests.corpus.engine.work import Calls  # noqa: E402

MEASURES = ("read", "daft", "scale", "kills", "power", "journal", "stages", "line")
LENGTHS = KernelSpec("tests.corpus.engine.work:length_kernel", {})
_PHRASES = ("数据质量", "模型训练", "the quick brown fox ", "语料安全", "需要检查的内容，", "在中国，", "governance ", "of the model. ")


def rows(size_bytes: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Mixed Chinese and English documents of 20 to 300 phrases."""
    random_ = random.Random(seed)
    made = number = 0
    while made < size_bytes:
        text = "".join(random_.choices(_PHRASES, k=random_.randint(20, 300)))
        made += len(text.encode())
        yield {"id": number, "text": text, "source": f"s{number % 7}"}
        number += 1


def jsonl(path: Path, size_bytes: int) -> Path:
    with path.open("wb") as file:
        for row in rows(size_bytes):
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return path


def read(folder: Path, size_mb: int) -> dict[str, Any]:
    """MB of the file's text a CPU-second, by format."""
    plain = jsonl(folder / "a.jsonl", size_mb * 1_000_000)
    whole = plain.read_bytes()
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(whole, 6))
    (folder / "c.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(whole))
    table = pa.Table.from_pylist(list(rows(size_mb * 1_000_000)))
    pq.write_table(table, folder / "d.parquet", compression="zstd", row_group_size=5000)
    import csv

    with (folder / "e.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text", "source"])
        writer.writeheader()
        writer.writerows(rows(size_mb * 1_000_000))
    (folder / "f.txt").write_bytes(b"\n".join(row["text"].encode() for row in rows(size_mb * 1_000_000)))
    figures = {}
    for name in ("a.jsonl", "b.jsonl.gz", "c.jsonl.zst", "d.parquet", "e.csv", "f.txt"):
        shards = plan_shards([str(folder / name)])
        began = time.process_time()
        documents = sum(batch.documents.num_rows for shard in shards for batch in read_shard(shard, ReadOptions(text_unit="line")))
        took = time.process_time() - began
        figures[name.partition(".")[2]] = {"mb_per_cpu_s": round(len(whole) / 1e6 / took, 1), "documents": documents}
        (folder / name).unlink()
    return figures


def daft(folder: Path, size_mb: int) -> dict[str, Any]:
    """CPU and peak memory of the same work, each in a process of its own."""
    path = jsonl(folder / "daft.jsonl", size_mb * 1_000_000)
    figures: dict[str, Any] = {}
    for mode in ("plain", "batches"):
        done = subprocess.run(
            [sys.executable, __file__, "--child", mode, str(path)], capture_output=True, text=True, check=True, env=_environment()
        )
        figures[mode] = json.loads(done.stdout.splitlines()[-1])
    done = subprocess.run([sys.executable, __file__, "--child", "killed", str(path)], capture_output=True, text=True, check=True)
    figures["one_process_killed"] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _in_child(mode: str, path: str) -> dict[str, Any]:
    began = time.process_time()
    documents = 0
    if mode == "plain":
        for shard in plan_shards([path]):
            for batch in read_shard(shard, ReadOptions()):
                documents += len(_lengths(batch.documents["text"]))
    elif mode == "batches":
        import daft as engine

        @engine.func.batch(return_dtype=engine.DataType.int32())
        def lengths(text: Any) -> Any:
            return _lengths(text.to_arrow())

        for shard in plan_shards([path]):
            tables = [batch.documents for batch in read_shard(shard, ReadOptions())]
            frame = engine.from_arrow(pa.concat_tables(tables)).into_batches(2000)
            documents += frame.select("doc_id", lengths(engine.col("text"))).to_arrow().num_rows
    else:
        return _killed_query()
    return {"documents": documents, "cpu_s": round(time.process_time() - began, 2), "peak_mb": _peak_mb()}


def _peak_mb() -> int:
    """Of this program; ``ru_maxrss`` would be that of whoever started it, where that was larger."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) // 1024


def _lengths(texts: Any) -> Any:
    return pa.array([len(text) for text in texts.to_pylist()], pa.int32())


def _killed_query() -> dict[str, Any]:
    """Twelve shards in a Daft query of two processes, one of which is killed on the sixth."""
    import daft as engine

    @engine.cls(max_concurrency=2, use_process=True)
    class Work:
        @engine.method.batch(return_dtype=engine.DataType.int64(), batch_size=1)
        def run(self, numbers: Any) -> Any:
            for number in numbers.to_pylist():
                if number == 5:
                    os.kill(os.getpid(), signal.SIGKILL)
            return numbers

    frame = engine.from_pydict({"n": list(range(12))}).into_batches(1).select(Work().run(engine.col("n")))
    got = 0
    try:
        for part in frame.iter_partitions():
            got += len(part)
    except RuntimeError as error:
        return {"shards": 12, "came_back": got, "error": str(error)[:80]}
    return {"shards": 12, "came_back": got, "error": ""}


def scale(folder: Path, size_mb: int) -> dict[str, Any]:
    """A stage of reading and one trivial kernel: what the engine itself can do, and the memory it takes."""
    figures = {}
    for name, times, workers in (("1 worker", 1, 1), ("2 workers", 1, 2), ("2 workers, five times the input", 5, 2)):
        corpus = folder / "scale"
        corpus.mkdir(exist_ok=True)
        for number in range(times):
            path = corpus / f"{number}.jsonl"
            if not path.exists():
                jsonl(path, size_mb * 1_000_000)
        size = sum(path.stat().st_size for path in corpus.iterdir())
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            peak, outcome = _watched(functools.partial(_stage, Path(place), str(corpus), workers))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        figures[name] = {
            "mb": size // 1_000_000, "wall_s": round(outcome.seconds, 1), "mb_per_s": round(size / 1e6 / outcome.seconds, 1),
            "cpu_s": round(cpu, 1), "peak_pss_mb": peak, "quarantined": len(outcome.quarantined),
        }  # fmt: skip
    return figures


def _stage(place: Path, corpus: str, workers: int) -> Any:
    store = Store.open(f"sqlite:///{place / 'brightline.db'}")
    workspace = Workspace(str(place / "workspace"))
    runs = CorpusRuns(store.database)
    run = runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})
    try:
        return run_stage(AnnotateTask(workspace, (LENGTHS,)), plan_shards([corpus]), runs.manifest(run.id), workers=workers)
    finally:
        store.close()


def _watched(work: Callable[[], Any]) -> tuple[int, Any]:
    """The highest sum of PSS over this process and its children while ``work`` runs, in MB."""
    peak, ended = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.4):
            peak = max(peak, sum(map(_pss_kb, _tree())))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        outcome = work()
    finally:
        ended.set()
        watcher.join()
    return peak // 1024, outcome


def _tree() -> list[int]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [os.getpid(), *map(int, children)]


def _pss_kb(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")))


def kills(folder: Path, size_mb: int, times: int, workers: int, *, is_torn: bool = False) -> dict[str, Any]:
    """Kill the supervisor at random moments after a kernel was first called; then compare every byte, and count for each kill the rows that
    had been annotated before it and were annotated again. ``is_torn``: files lose their ends at each kill."""
    corpus = jsonl(folder / "kills.jsonl", size_mb * 1_000_000)
    shards = plan_shards([str(corpus)], 1 << 22)
    log = folder / "log"
    kernel = KernelSpec(LENGTHS.factory, {"log": str(log), "named": True, "rounds": 100})  # about as much work as real ones
    database = f"sqlite:///{folder / 'kills.db'}"
    store = Store.open(database)
    runs = CorpusRuns(store.database)
    reference = Workspace(str(folder / "reference"))
    run = runs.begin(corpus="c", workspace=reference.uri, versions={}, plan={})
    took_s = run_stage(AnnotateTask(reference, (kernel,)), shards, runs.manifest(run.id), workers=workers).seconds
    store.close()
    pieces = Calls()
    pieces.take(log)
    shard_rows = pieces.rows / len(shards)
    lost: list[int] = []
    moments, runs_done = random.Random(50), 0
    workspace = Workspace(str(folder / "killed-0"))
    while len(lost) < times:
        # Each workspace is killed until it is done; then another one begins, until there were enough kills.
        store = Store.open(database)
        run = CorpusRuns(store.database).begin(corpus="c", workspace=workspace.uri, versions={}, plan={})
        store.close()
        calls, killed = Calls(), 0
        while True:
            budget = moments.uniform(0, took_s / 2) if len(lost) + killed < times else 3600
            is_killed = _killed_child(database, run.id, AnnotateTask(workspace.settled_later(), (kernel,)), shards, budget, log, workers)
            calls.take(log)
            if not is_killed:
                break
            killed += 1
            if is_torn:
                _lose_power(Path(workspace.uri), moments)
        lost += calls.lost()[:killed]
        same = {name: workspace.sha256(name) for name in workspace.names()} == {name: reference.sha256(name) for name in reference.names()}
        if not same:
            return {"kills": len(lost), "identical": False}
        runs_done += 1
        shutil.rmtree(workspace.uri)
        workspace = Workspace(str(folder / f"killed-{runs_done}"))
    shares = sorted(rows / shard_rows for rows in lost)
    return {
        "workers": workers, "shards": len(shards), "pieces_a_shard": round(len(pieces.lives[0]) / len(shards), 1), "kills": len(lost),
        "runs": runs_done, "identical": True, "annotated_again_a_kill_in_shards": {
            "most": round(shares[-1], 2), "median": round(shares[len(shares) // 2], 2), "mean": round(sum(shares) / len(shares), 2),
        },
    }  # fmt: skip


def _lose_power(folder: Path, moments: random.Random) -> None:
    """Break off a tenth of the files, some of them at their beginning."""
    for path in sorted([*folder.rglob("*.parquet"), *folder.glob("journal/.*")]):
        if moments.random() < 0.1:
            os.truncate(path, moments.choice((0, moments.randrange(path.stat().st_size + 1))))


def _killed_child(database: str, run_id: str, task: AnnotateTask, shards: Any, after_s: float, log: Path, workers: int) -> bool:
    def kill() -> None:
        while not log.exists():
            time.sleep(0.01)
        time.sleep(after_s)
        os.kill(os.getpid(), signal.SIGKILL)

    pid = os.fork()
    if pid == 0:
        threading.Thread(target=kill, daemon=True).start()
        store = Store.open(database, migrate=False)
        with workspace_lock(task.workspace):
            run_stage(task, shards, CorpusRuns(store.database).manifest(run_id), workers=workers)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == signal.SIGKILL


def journal(folder: Path, size_mb: int, rounds: int = 5) -> dict[str, Any]:
    """CPU-ms/MB of annotating in this process, ways taking turns: whole batches without a journal, pieces without one, pieces with one, and
    again what a journal holds. The least of ``rounds``."""
    from brightline.corpus import pieces
    from brightline.curation.plan import KERNELS
    from corpus_text import make

    made = make(folder / "natural", size_mb * 1_000_000)
    pa.set_cpu_count(1)
    shards = plan_shards([str(folder / "natural" / "corpus")])
    specs = tuple(KernelSpec(KERNELS[name], {"key_hex": "00" * 32}) for name in ("bands", "exact", "personal"))
    workspace = Workspace(str(folder / "journal")).settled_later()
    task, usual = AnnotateTask(workspace, specs), pieces.PIECE_BYTES

    def once(task: AnnotateTask, piece_bytes: int) -> float:
        pieces.PIECE_BYTES = piece_bytes  # what it would cost otherwise is the question
        began = time.process_time()
        for shard in shards:
            task(shard)
        pieces.PIECE_BYTES = usual
        return (time.process_time() - began) * 1e9 / made.size_bytes

    once(task, usual)
    size = sum(path.stat().st_size for path in Path(workspace.uri).glob("journal/.*"))
    figures: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, kept, piece_bytes in (
            ("batches", False, 1 << 30), ("pieces", False, usual), ("pieces, journal", True, usual), ("from the journal", True, usual),
        ):  # fmt: skip
            if name != "from the journal":
                task.finish(())
            figures.setdefault(name, []).append(once(task if kept else _Unkept(workspace, specs), piece_bytes))
    return {
        "mb": size_mb,
        "journal_kb_a_mb": round(size / made.size_bytes * 1000),
        "cpu_ms_a_mb": {name: round(min(all_), 1) for name, all_ in figures.items()},
    }


class _Unkept(AnnotateTask):
    """As where files cannot grow."""

    __slots__ = ()

    def _journal_path(self, shard_name: str) -> None:
        return None


def stages(folder: Path, size_mb: int) -> dict[str, Any]:
    """CPU-ms/MB of each stage, what it takes to begin left out: the difference between a corpus and one three times its size."""
    from corpus_text import make

    command = [sys.executable, "-m", "brightline", "corpus"]
    taken: dict[str, list[tuple[float, int]]] = {}
    for times in (1, 3):
        place = folder / f"stages-{times}"
        made = make(place, times * size_mb * 120_000)  # 12 and 36 MB where nothing else is asked for
        environ = _environment() | {"BRIGHTLINE_HOME": str(place / "home"), "BRIGHTLINE_CORPUS_WORKERS": "2"}
        subprocess.run([*command, "register", str(place / "sources.yaml")], env=environ, check=True, capture_output=True)
        inspect = [
            "inspect",
            str(place / "corpus"),
            "--name",
            "c",
            "--keywords",
            str(place / "keywords.txt"),
            "--kernels",
            "bands,exact,personal",
        ]
        for name, step in (("inspect", inspect), ("decide", ["decide", "c"]), ("emit", ["emit", "c"])):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([*command, *step, "--json"], env=environ, check=False, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            taken.setdefault(name, []).append((cpu_s, made.size_bytes))
    figures = {name: (larger[0] - smaller[0]) * 1e9 / (larger[1] - smaller[1]) for name, (smaller, larger) in taken.items()}
    return {name: {"cpu_ms_a_mb": round(each, 1), "share": round(each / sum(figures.values()), 3)} for name, each in figures.items()}


def line(folder: Path) -> dict[str, Any]:
    """One line of 1 GB (sparse), read where only 256 MiB more than the program itself may be had."""
    path = folder / "line.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "')
        file.seek(1_000_000_000)
        file.write(b'\n{"text": "after"}\n')
    program = (
        "import json, resource, sys, time\n"
        "from brightline.corpus.planning import plan_shards\n"
        "from brightline.corpus.reading import read_shard\n"
        "from brightline.corpus.shard import ReadOptions\n"
        "shards = plan_shards([sys.argv[1]], 1 << 32)\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (256 << 20), resource.RLIM_INFINITY))\n"
        "began = time.process_time()\n"
        "batches = list(read_shard(shards[0], ReadOptions()))\n"
        "print(json.dumps({'documents': sum(b.documents.num_rows for b in batches), 'rejects': batches[0].rejects['length'].to_pylist(),\n"
        "  'cpu_s': round(time.process_time() - began, 2), 'peak_mb': int([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0]) // 1024}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _environment() -> dict[str, str]:
    return os.environ | {"DAFT_PROGRESS_BAR": "0"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", default=[])
    parser.add_argument("--mb", type=int, default=100)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(_in_child(*arguments.child)))
        return
    figures: dict[str, Any] = {"load": os.getloadavg()[0], "cpus": len(os.sched_getaffinity(0))}
    for measure in arguments.measures or MEASURES:
        with tempfile.TemporaryDirectory(prefix="corpus-engine-") as place:
            folder = Path(place)
            if measure in ("kills", "power"):
                figures[measure] = []
                for workers in (2, 4):
                    place_of_these = folder / str(workers)
                    place_of_these.mkdir()
                    figures[measure].append(
                        kills(place_of_these, max(1, arguments.mb * 2 // 5), arguments.kills, workers, is_torn=measure == "power")
                    )
            elif measure == "line":
                figures[measure] = line(folder)
            else:
                figures[measure] = {"read": read, "daft": daft, "scale": scale, "journal": journal, "stages": stages}[measure](
                    folder, arguments.mb
                )
        if not arguments.json:
            print(measure, json.dumps(figures[measure], indent=2), flush=True)
    if arguments.json:
        print(json.dumps(figures))
    else:
        print(f"load at start {figures['load']:.1f}, {figures['cpus']} CPUs")


if __name__ == "__main__":
    main()
