"""A workspace: a file is there whole or not at all, on a disk and in a real S3-compatible server."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.engine import run_stage, workspace_lock
from brightline.corpus.engine.tables import frame
from brightline.corpus.errors import CorpusError, RunError, Unreadable
from brightline.corpus.objects import bucket_files
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import read_shard
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace
from brightline.store import CorpusRuns, Store

SCHEMA = pa.schema([pa.field("number", pa.int64(), nullable=False), pa.field("text", pa.string())])


@pytest.fixture(scope="session")
def object_storage() -> Iterator[str]:
    """The address of an S3-compatible server of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(object_storage: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket, with the environment that leads to it."""
    for name, value in {
        "AWS_ENDPOINT_URL": object_storage,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    files = bucket_files()
    if files.exists("corpora"):
        files.rm("corpora", recursive=True)
    files.mkdir("corpora")
    return "s3://corpora"


@pytest.fixture(params=["folder", "bucket"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    return Workspace(str(tmp_path / "workspace") if request.param == "folder" else f"{request.getfixturevalue('bucket')}/runs/one")


def table(rows: int, start: int = 0) -> pa.Table:
    return pa.table(
        {"number": range(start, start + rows), "text": [f"文本 {number}" for number in range(start, start + rows)]}, schema=SCHEMA
    )


def test_a_table_is_read_as_it_was_written(workspace: Workspace) -> None:
    written = workspace.write_table("a/000001.parquet", table(5000), SCHEMA)

    assert written == (type(written))(workspace.sha256("a/000001.parquet"), 5000, workspace.size("a/000001.parquet"))
    assert workspace.read_table("a/000001.parquet").equals(table(5000))
    assert workspace.read_table("a/000001.parquet", ["number"]).column_names == ["number"]
    batches = list(workspace.batches("a/000001.parquet", ["text"], rows=2000))
    assert [batch.num_rows for batch in batches] == [2000, 2000, 1000]
    assert pa.concat_tables(batches).equals(table(5000).select(["text"]))
    assert workspace.names() == ["a/000001.parquet"]
    assert pickle.loads(pickle.dumps(workspace)) == workspace  # noqa: S301  # our own bytes


def test_a_block_that_raises_leaves_nothing(workspace: Workspace) -> None:
    workspace.write_bytes("a/b", b"before")

    def fail(workspace: Workspace, name: str) -> None:
        with workspace.sink(name) as sink:
            sink.write(b"x" * 20_000_000)
            raise ZeroDivisionError

    def fail_in_a_table(workspace: Workspace, name: str) -> None:
        with workspace.table_sink(name, SCHEMA) as rows:
            rows.write(table(3))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail(workspace, "a/b")
    with pytest.raises(ZeroDivisionError):
        fail_in_a_table(workspace, "a/c.parquet")

    assert workspace.read_bytes("a/b") == b"before"
    assert workspace.names() == ["a/b"]


def test_large_files_come_whole(workspace: Workspace) -> None:
    """Larger than what is spooled in memory and than one part of an upload."""
    block = os.urandom(1 << 20)
    with workspace.sink("large") as sink:
        for _ in range(20):
            sink.write(block)

    assert workspace.size("large") == 20 << 20
    with workspace.source("large") as source:
        source.seek(19 << 20)
        assert source.read() == block


def test_names_are_listed_by_prefix_and_removed(workspace: Workspace) -> None:
    for name in ("a/1", "a/2", "ab/3", "c"):
        workspace.write_bytes(name, b"")

    assert workspace.names("a") == ["a/1", "a/2", "ab/3"]
    assert workspace.names("a/") == ["a/1", "a/2"]
    assert workspace.names("no/") == []
    workspace.remove("a/1")
    workspace.remove("a/1")
    assert not workspace.exists("a/1")
    assert workspace.exists("c")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../a", "a/../../b", "a//b", "./a", "a\0b"])
def test_no_name_leads_out_of_a_workspace(workspace: Workspace, name: str) -> None:
    with pytest.raises(RunError, match="BL-CORPUS-033"):
        workspace.write_bytes(name, b"")


def test_a_file_that_is_not_there_is_told(workspace: Workspace) -> None:
    for ask in (workspace.read_bytes, workspace.read_table, workspace.size, workspace.sha256):
        with pytest.raises(RunError, match="BL-CORPUS-034"):
            ask("nothing")


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 40_000), max_size=6))
def test_the_same_rows_give_the_same_bytes_in_whatever_batches(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    workspace = Workspace(str(tmp_path_factory.mktemp("workspace")))
    whole = table(40_000)
    edges = [0, *sorted(cuts), 40_000]
    pieces = [whole.slice(begin, end - begin) for begin, end in pairwise(edges)]

    assert workspace.write_table("pieces.parquet", iter(pieces), SCHEMA) == workspace.write_table("whole.parquet", whole, SCHEMA)


def test_columns_that_a_schema_does_not_have_are_left_out_and_others_are_cast(workspace: Workspace) -> None:
    rows = pa.table({"text": ["a"], "number": pa.array([1], pa.int8()), "more": [True]})

    workspace.write_table("a.parquet", rows, SCHEMA)

    assert workspace.read_table("a.parquet").equals(pa.table({"number": [1], "text": ["a"]}, schema=SCHEMA))


def test_a_target_that_is_read_only_is_told(tmp_path: Path) -> None:
    """As a user who is not root: root may write anywhere."""
    folder = tmp_path / "closed"
    folder.mkdir()
    program = (
        "import os, sys\n"
        "from brightline.corpus.errors import RunError\n"
        "from brightline.corpus.storage import Workspace\n"
        "os.geteuid() == 0 and os.setuid(65534)\n"
        "try:\n"
        "    Workspace(sys.argv[1]).write_bytes('a', b'')\n"
        "except RunError as error:\n"
        "    print(error.code)\n"
    )
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    folder.chmod(0o555)

    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.strip() == "BL-CORPUS-031", done.stderr


def test_a_whole_run_works_on_objects(bucket: str, tmp_path: Path) -> None:
    Workspace(f"{bucket}/corpus").write_bytes("a/1.jsonl", b'{"text": "\xe4\xbd\xa0\xe5\xa5\xbd"}\n{broken\n' * 50)
    Workspace(f"{bucket}/corpus").write_bytes("b.jsonl", b'{"text": "b"}\n')
    workspace = Workspace(f"{bucket}/runs/one")
    shards = plan_shards([f"{bucket}/corpus"], 500)
    assert [shard.file for shard in shards] == ["a/1.jsonl"] * 3 + ["b.jsonl"]
    assert plan_shards([f"{bucket}/corpus/a/*.jsonl"], 500)[0].file == "1.jsonl"
    assert plan_shards([f"{bucket}/corpus/b.jsonl"], 500)[0].file == "b.jsonl"
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    runs = CorpusRuns(store.database)
    run = runs.begin(corpus="c", workspace=workspace.uri, versions={}, plan={})

    with workspace_lock(workspace) as holds_lock:
        assert not holds_lock
        outcome = run_stage(AnnotateTask(workspace, ()), shards, runs.manifest(run.id), workers=2)
        assert (outcome.done, outcome.counts["documents"], outcome.counts["rejects"]) == (4, 51, 50)
        assert run_stage(AnnotateTask(workspace, ()), shards, runs.manifest(run.id), workers=-1).redone == 0

    assert len(workspace.names("documents/")) == 4
    # What planning did not read has no lines that anybody counted; bytes are those of the file.
    first, second, *_ = (workspace.read_table(name, ["line", "position"]).to_pydict() for name in sorted(workspace.names("documents/")))
    assert first["line"] == list(range(1, 2 * len(first["line"]), 2))
    assert set(second["line"]) == {0}
    assert second["position"][0] == first["position"][-1] + first["position"][1]
    assert frame(workspace, "rejects").count_rows() == 50
    store.close()


def test_an_object_that_changed_or_is_gone_is_told(bucket: str) -> None:
    corpus = Workspace(f"{bucket}/corpus")
    corpus.write_bytes("a.jsonl", b'{"text": "a"}\n')
    (shard,) = plan_shards([f"{bucket}/corpus"])
    corpus.write_bytes("a.jsonl", b'{"text": "b"}\n')
    with pytest.raises(Unreadable, match="BL-CORPUS-012"):
        list(read_shard(shard, ReadOptions()))
    corpus.remove("a.jsonl")
    with pytest.raises(Unreadable, match="BL-CORPUS-010"):
        list(read_shard(shard, ReadOptions()))


def test_a_bucket_that_is_not_there_is_told(bucket: str) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-001"):
        plan_shards(["s3://no-such-bucket/corpus"])
    with pytest.raises(RunError, match=r"BL-CORPUS-03[24]"):
        Workspace("s3://no-such-bucket/runs").write_bytes("a", b"")
    with pytest.raises(Unreadable, match="BL-CORPUS-010"):
        list(read_shard(Shard(0, "s3://no-such-bucket/a.jsonl", "a.jsonl", "jsonl", etag="x"), ReadOptions()))


def test_a_server_that_does_not_answer_is_told(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    with pytest.raises(RunError, match="BL-CORPUS-032"):
        Workspace("s3://corpora/runs").write_bytes("a", b"")


def test_files_grow_in_a_folder_only_and_are_nobodys_output(workspace: Workspace) -> None:
    path = workspace.growing("journal/.000001")

    assert (path is not None) == workspace.is_local
    if path is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"entry")
        assert workspace.names() == []
        workspace.sweep()
        assert path.read_bytes() == b"entry"
    with pytest.raises(RunError, match="BL-CORPUS-033"):
        Workspace("/folder").growing("../a")


@pytest.mark.parametrize("kept", [0, 10, -9])
def test_a_table_that_was_damaged_is_an_error_with_a_cure(tmp_path: Path, kept: int) -> None:
    workspace = Workspace(str(tmp_path))
    workspace.write_table("documents/000000.parquet", pa.table({"number": [1, 2], "text": ["a", "b"]}), SCHEMA)
    path = tmp_path / "documents" / "000000.parquet"
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(RunError, match=r"BL-CORPUS-032.*damaged"):
        workspace.read_table("documents/000000.parquet")
    with pytest.raises(RunError, match=r"BL-CORPUS-032.*damaged"):
        list(workspace.batches("documents/000000.parquet"))


def test_what_is_settled_later_is_the_same_file_in_the_same_place(workspace: Workspace) -> None:
    later = pickle.loads(pickle.dumps(workspace.settled_later()))  # noqa: S301  # our own
    written = later.write_table("a/b.parquet", table(10), SCHEMA)
    workspace.settle()
    assert later == workspace
    assert workspace.sha256("a/b.parquet") == written.sha256
    assert workspace.names() == ["a/b.parquet"]


def test_settling_what_is_not_there_yet_is_no_error(tmp_path: Path) -> None:
    Workspace(str(tmp_path / "nothing")).settle()


def test_only_files_that_are_settled_later_are_not_synced_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)  # the system's own, counted
    workspace = Workspace(str(tmp_path / "workspace"))
    workspace.settled_later().write_bytes("a.bin", b"a")
    assert not synced
    workspace.write_bytes("a.bin", b"a")
    assert len(synced) == 2  # the file and its folder
