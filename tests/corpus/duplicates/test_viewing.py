"""Clusters as people look at them."""

from __future__ import annotations

from pathlib import Path

from brightline.corpus.duplicates.clustering import cluster
from brightline.corpus.duplicates.viewing import cluster_members, clusters_page
from brightline.corpus.storage import Workspace
from tests.corpus.duplicates.making import READING, corpus, edited, text


def test_the_largest_cluster_comes_first_and_pages_go_on(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = []
    for seed, copies in ((1, 1), (2, 3), (3, 2)):
        rows += [
            {"id": f"{seed}-{number}", "text": edited(text(seed), 0.02, number) if number else text(seed)} for number in range(copies + 1)
        ]
    rows.append({"id": "2-exact", "text": text(2).upper()})
    workspace, shards = corpus(tmp_path, rows, shard_bytes=2_000)
    cluster(workspace, shards, READING)
    page = clusters_page(workspace)
    assert [(each.size, each.exact, each.near) for each in page.clusters] == [
        (5, page.clusters[0].exact, 4 - page.clusters[0].exact),
        (3, 0, 2),
        (2, 0, 1),
    ]
    assert page.total == 3
    assert 0.5 < page.clusters[0].least_jaccard < 1
    assert clusters_page(workspace, after=1, limit=1).clusters == page.clusters[1:2]
    members = cluster_members(workspace, shards, page.clusters[0].cluster_id)
    assert [each.keeper for each in members] == [True, False, False, False, False]
    assert members[0].doc_id == page.clusters[0].cluster_id
    assert {str(each.record_id).partition("-")[0] for each in members} == {"2"}
    assert [each.jaccard for each in members] == sorted((each.jaccard for each in members), reverse=True)
    assert len({each.shard for each in members}) > 1
    assert all(rows[each.line - 1]["id"] == each.record_id for each in members)
    assert len(cluster_members(workspace, shards, page.clusters[0].cluster_id, limit=2)) == 2


def test_where_nothing_was_clustered_there_is_nothing_to_see(tmp_path: Path) -> None:
    assert clusters_page(Workspace(str(tmp_path))) == ([], 0)
