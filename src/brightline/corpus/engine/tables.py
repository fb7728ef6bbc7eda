"""What was annotated, as Daft data frames: lazy, over all shards, on this machine or on a cluster; for joins, group-bys and notebooks.

Here Daft is at its best: relational work over columns of numbers and short strings. It does not map the shards themselves: one killed
process fails a whole Daft query (0.7.26, both runners), where the supervisor loses one shard; and fed batch by batch it costs a reader's
time again (benchmarks/corpus_engine.py daft).
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from typing import Any

import daft

from brightline.corpus.errors import RunError
from brightline.corpus.objects import is_remote
from brightline.corpus.storage import Workspace

__all__ = ["annotated", "duplicate_record_ids", "frame", "frame_of", "use_cluster"]


def use_cluster(address: str | None = None) -> None:
    """Let this process's frames be computed on a Ray cluster. Daft takes that decision once in the life of a process."""
    daft.set_runner_ray(address)


def frame(workspace: Workspace, folder: str) -> Any:
    """The tables of a folder of the workspace (``documents``, ``rejects``, ``decisions``, ``annotations/personal`` …) as one frame.

    Raises ``RunError`` BL-CORPUS-034 where there is none.
    """
    names = [name for name in workspace.names(f"{folder}/") if name.endswith(".parquet")]
    if not names:
        raise RunError("BL-CORPUS-034", f"{workspace.uri} has no table in {folder!r}", "inspect the corpus first")
    return frame_of(workspace, names)


def frame_of(workspace: Workspace, names: Sequence[str]) -> Any:
    """These tables of the workspace as one frame."""
    # Daft takes every path for a glob, and a workspace's own name may hold characters that mean something there.
    scheme, root = ("s3://", workspace.uri[5:]) if is_remote(workspace.uri) else ("", workspace.uri.removeprefix("file://"))
    return daft.read_parquet([f"{scheme}{glob.escape(f'{root}/{name}')}" for name in names], io_config=_io_config(workspace))


def annotated(workspace: Workspace, kernels: Sequence[str]) -> Any:
    """Documents with the columns of these kernels beside them, each under ``kernel.column``; null where a kernel did not look."""
    joined = frame(workspace, "documents")
    for kernel in kernels:
        columns = frame(workspace, f"annotations/{kernel}")
        renamed = [daft.col(name).alias(f"{kernel}.{name}") for name in columns.column_names if name != "doc_id"]
        joined = joined.join(columns.select("doc_id", *renamed), on="doc_id", how="left")
    return joined


def duplicate_record_ids(workspace: Workspace) -> int:
    """How many documents call themselves what another of the same source calls itself already. All of them are kept."""
    documents = frame(workspace, "documents").where(daft.col("record_id").not_null())
    groups = documents.groupby("source_id", "record_id").agg(daft.col("doc_id").count().alias("copies"))
    extra: Any = daft.col("copies") - 1
    return int(groups.agg(extra.sum().alias("more")).to_pydict()["more"][0] or 0)


def _io_config(workspace: Workspace) -> Any:
    """The endpoint that the environment names, as `objects` reads it; keys and region Daft finds itself."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if not is_remote(workspace.uri) or not endpoint:
        return None
    from daft.io import IOConfig, S3Config  # only where there are objects

    return IOConfig(
        s3=S3Config(
            endpoint_url=endpoint,
            use_ssl=endpoint.startswith("https"),
            region_name=os.environ.get("AWS_DEFAULT_REGION"),
            key_id=os.environ.get("AWS_ACCESS_KEY_ID"),
            access_key=os.environ.get("AWS_SECRET_ACCESS_KEY"),
        )
    )
