from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from making import record
from sqlalchemy import inspect, text

from brightline.errors import StoreError
from brightline.store import CorpusRuns, CorpusShard, Store, schema
from brightline.store.engine import Database
from brightline.store.tables import metadata


@pytest.fixture
def database(database_url: str):
    database = Database(database_url)
    yield database
    database.close()


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def difference(database: Database) -> list[object]:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, metadata)


def fine_print(database: Database) -> dict[str, object]:
    """CHECKs and partial indexes, which Alembic does not compare."""
    with database.reading() as connection:
        inspector = inspect(connection)
        return {
            table.name: (
                {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(table.name)},
                {
                    index["name"]: {key: str(value) for key, value in index["dialect_options"].items()}
                    for index in inspector.get_indexes(table.name)
                },
            )
            for table in metadata.sorted_tables
        }


def test_migrated_tables_are_those_of_the_code(database: Database) -> None:
    schema.migrate(database)
    assert difference(database) == []
    migrated = fine_print(database)
    schema.downgrade(database, "base")
    with database.writing() as connection:
        metadata.create_all(connection)
    assert migrated == fine_print(database)


def test_up_down_up(database: Database) -> None:
    assert schema.migrate(database)
    schema.downgrade(database, "base")
    assert tables(database) <= {"alembic_version", "sqlite_sequence"}
    assert schema.migrate(database)
    assert difference(database) == []


def test_a_run_from_before_there_were_leases_is_gone_on_with_and_survives_the_way_back(database: Database) -> None:
    schema.migrate(database, "0005")
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO corpus_runs (id, tenant, corpus, made_at, made_by, workspace, status, stage, beat_at, versions, plan, figures)"
                " VALUES ('0190', 'default', 'town', 1, 'adam', '/w', 'interrupted', 'annotate', 1, '{}', '{}', '{}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO corpus_shards (run, stage, number, key, status, attempts, changed_at, outcome)"
                " VALUES ('0190', 'annotate', 0, 'k', 'done', 1, 1, '{}')"
            )
        )
    schema.migrate(database)

    runs = CorpusRuns(database)
    assert runs.get("0190").lease is None
    runs.manifest("0190").record("annotate", [CorpusShard(1, "done", "l")])
    runs.resume("0190")
    runs.manifest("0190").record("annotate", [CorpusShard(2, "done", "m")])
    schema.downgrade(database, "0005")

    with database.reading() as connection:
        assert connection.execute(text("SELECT corpus FROM corpus_runs")).scalars().all() == ["town"]
        assert connection.execute(text("SELECT number FROM corpus_shards ORDER BY number")).scalars().all() == [0, 1, 2]


def test_migrating_twice_does_nothing(database: Database) -> None:
    assert schema.status(database) == (None, schema.HEAD, False)
    assert schema.migrate(database)
    assert not schema.migrate(database)
    assert schema.status(database) == (schema.HEAD, schema.HEAD, True)


def test_the_newest_script_is_the_one_that_the_program_knows() -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "brightline.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_a_store_that_may_not_migrate_says_what_to_do(database_url: str) -> None:
    with pytest.raises(StoreError, match="BL-STORE-005") as caught:
        Store.open(database_url, migrate=False)
    assert "brightline db migrate" in caught.value.hint
    Store.open(database_url).close()
    Store.open(database_url, migrate=False).close()


def test_tables_of_a_newer_program_are_left_alone(database_url: str) -> None:
    store = Store.open(database_url)
    store.write([record()])
    with store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match=r"BL-STORE-005.*9999"):
        Store.open(database_url)


def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    program = "import sys; from brightline.store import Store; sys.stdin.readline(); Store.open(sys.argv[1]).close(); print('ok')"
    started = [
        subprocess.Popen([sys.executable, "-c", program, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in started] == ["ok\n"] * 4
    database = Database(database_url)
    assert difference(database) == []
    database.close()


def test_sqlite_is_set_up_for_durability(tmp_path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    store.write([record()])
    cursor = store._writer._connection.cursor()
    found = {
        name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    store.close()


def test_a_new_sqlite_file_is_its_owners_only(tmp_path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    store.write([record()])
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {"x.db": 0o600, "x.db-wal": 0o600, "x.db-shm": 0o600}
    store.close()


def test_a_file_that_is_no_database_is_reported(tmp_path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"these are not the bytes of a database" * 100)
    with pytest.raises(StoreError, match="BL-STORE-007"):
        Store.open(f"sqlite:///{path}")


def test_a_missing_folder_is_reported(tmp_path) -> None:
    with pytest.raises(StoreError, match="BL-STORE-003"):
        Store.open(f"sqlite:///{tmp_path / 'no' / 'such' / 'x.db'}")
