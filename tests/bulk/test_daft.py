"""The engines daft and ray. They need the extra bulk, and are skipped without it.

``make nightly`` runs them with the Python that SEMCODEC_BULK names.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import semcodec
from semcodec.bulk.engines import daft_engine
from semcodec.bulk.engines.daft_engine import DaftEngine
from semcodec.bulk.engines.daft_library import TELEMETRY_OFF
from semcodec.bulk.workers import Outcome
from semcodec.cli import main
from semcodec.errors import BackendError, InputError
from tests.bulk import tasks
from tests.test_docs import PYTHON

pytest.importorskip("daft")
pq = pytest.importorskip("pyarrow.parquet")
pytestmark = pytest.mark.filterwarnings("default")  # of libraries that are not ours
ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "embedded" / "semcodec_embedded" / "photos"
KINDS = ("threads", "processes")


def collect(kind: str, jobs: int, numbers: range) -> list[Outcome[Any, Any]]:
    arrived: list[Outcome[Any, Any]] = []
    DaftEngine(jobs, kind).run(tasks.start_squares, numbers, arrived.append)
    return sorted(arrived, key=lambda outcome: outcome.task)


@pytest.mark.parametrize("kind", KINDS)
def test_results_and_errors(kind: str) -> None:
    outcomes = collect(kind, 2, range(20))
    assert [outcome.task for outcome in outcomes] == [*range(20)]
    for outcome in outcomes:
        if outcome.task % 7 == 3:
            assert isinstance(outcome.error, InputError)
        else:
            assert outcome.result == outcome.task**2


def test_no_tasks() -> None:
    assert collect("threads", 2, range(0)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_unexpected_error_ends_the_run(kind: str) -> None:
    with pytest.raises(ZeroDivisionError):
        collect(kind, 2, range(-1, 5))


@pytest.mark.parametrize("kind", KINDS)
def test_run_that_is_stopped_begins_no_more_tasks(kind: str) -> None:
    arrived: list[Outcome[Any, Any]] = []

    def on_outcome(outcome: Outcome[Any, Any]) -> None:
        arrived.append(outcome)
        if len(arrived) == 4:
            raise BackendError("stop")

    with pytest.raises(BackendError, match="stop"):
        DaftEngine(2, kind).run(tasks.start_sleep, range(100), on_outcome)
    assert 4 <= len(arrived) <= 8
    time.sleep(1)
    assert len(arrived) <= 8


def test_threads_share_the_function() -> None:
    calls: list[int] = []
    engine = DaftEngine(3, "threads")
    engine.run(lambda: calls.append, range(30), lambda outcome: None)
    assert sorted(calls) == [*range(30)]


def test_threads_read_tasks_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daft_engine, "CHUNK_TASKS", 3)
    monkeypatch.setattr(daft_engine, "MIN_TASKS_PER_THREAD", 1)
    ended: list[int] = []

    def read() -> Iterator[int]:
        for number in range(8):
            assert len(ended) == number - number % 3  # all of the chunks before
            yield number

    DaftEngine(2, "threads").run(
        lambda: lambda task: task, read(), lambda outcome: ended.append(outcome.task)
    )
    assert sorted(ended) == [*range(8)]


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_task_that_ends_its_process_is_the_only_one_that_fails() -> None:
    outcomes: list[Outcome[Any, Any]] = []
    DaftEngine(2, "processes").run(tasks.start_crash, range(12), outcomes.append)
    outcomes.sort(key=lambda outcome: outcome.task)
    assert [outcome.task for outcome in outcomes] == [*range(12)]
    errors = {outcome.task: str(outcome.error) for outcome in outcomes if outcome.error}
    assert errors.keys() == {5, 7}
    assert "exit code 3" in errors[5]
    assert "SIGSEGV" in errors[7]
    assert {outcome.result for outcome in outcomes} == {None, *(n**2 for n in range(12))} - {25, 49}


def test_failure_of_daft_without_a_task_ends_the_run() -> None:
    with pytest.raises(BackendError, match=r"The engine daft has failed: .*--engine local"):
        DaftEngine(2, "processes").run(tasks.fail_to_start, range(3), lambda outcome: None)


def test_telemetry_is_off_before_the_import() -> None:
    code = """
import os, sys
class Look:
    def find_spec(self, name, path=None, target=None):
        if name in ("daft", "ray"):
            print(name, [os.environ.get(key) for key in sys.argv[1:]])
        return None
sys.meta_path.insert(0, Look())
from semcodec.bulk.engines import daft_library
daft_library.import_daft()
from daft import scarf_telemetry
print(scarf_telemetry.opted_out())
"""
    environment = {key: value for key, value in os.environ.items() if key not in TELEMETRY_OFF}
    done = subprocess.run(
        [sys.executable, "-c", code, *TELEMETRY_OFF],
        capture_output=True,
        text=True,
        check=True,
        env=environment | {"PYTHONPATH": os.pathsep.join(map(str, sys.path))},
    )
    first, *_, last = done.stdout.splitlines()
    assert first == f"daft {[*TELEMETRY_OFF.values()]}"
    assert last == "True"


def test_ray_reads_the_variable_that_is_set() -> None:
    ray_usage = pytest.importorskip("ray._common.usage.usage_constants")
    assert ray_usage.USAGE_STATS_ENABLED_ENV_VAR in TELEMETRY_OFF


# --- the command ---------------------------------------------------------------------------------


def read(part: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.ParquetFile(part).read().to_pylist()
    return rows


def rows_of(folder: Path) -> list[dict[str, Any]]:
    rows = [
        row for part in folder.glob("*.parquet") for row in pq.ParquetFile(part).read().to_pylist()
    ]
    return sorted((row | {"seconds": 0} for row in rows), key=lambda row: str(row["path"]))


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with rows of the bundled photographs, and one of a failure."""
    folder = tmp_path_factory.mktemp("bulk")
    source = folder / "in"
    source.mkdir()
    for photo in PHOTOS.glob("*.jpg"):
        (source / photo.name).write_bytes(photo.read_bytes())
    (source / "broken.jpg").write_bytes(b"no picture")
    assert main(["bulk", str(source), "-o", str(folder / "records.parquet")]) == 3
    return folder / "records.parquet"


def test_rows_are_those_of_the_engine_local(records: Path, tmp_path: Path) -> None:
    source = str(records.parent / "in")
    for name, options in (
        ("local", ["--engine", "local"]),
        ("processes", ["--engine", "daft", "--jobs", "2"]),
    ):
        assert main(["bulk", source, "-o", str(tmp_path / name), *options]) == 3
        assert rows_of(tmp_path / name) == rows_of(records)
    single = semcodec.encode(records.parent / "in" / "cat.jpg", framing="bare")
    [row] = [row for row in rows_of(records) if row["path"] == "cat.jpg"]
    assert row["record"] == single.data


def test_pictures(records: Path, tmp_path: Path) -> None:
    options = ["--engine", "daft", "--jobs", "2", "--size", "96x64"]
    assert main(["bulk", "--decode", str(records), "-o", str(tmp_path / "out"), *options]) == 0
    assert len([*(tmp_path / "out").glob("*.jpg.png")]) == 3


def test_object_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server._server.server_port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            monkeypatch.setenv(name, "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="photographs")
        data = (PHOTOS / "cat.jpg").read_bytes()
        for key in ("in/a.jpg", "in/sub/b c%20#[1].jpg", "in/notes.txt", "in/.hidden.jpg"):
            client.put_object(Bucket="photographs", Key=key, Body=data)
        command = ["bulk", "s3://photographs/in", "-o", "s3://photographs/out"]
        assert main(command) == 0
        assert main([*command, "--jobs", "2"]) == 0  # continues: nothing is left
        listed = client.list_objects_v2(Bucket="photographs", Prefix="out/")["Contents"]
        [part] = [item["Key"] for item in listed]
        (tmp_path / "out").mkdir()
        client.download_file("photographs", part, str(tmp_path / "out" / "part.parquet"))
        pictures = str(tmp_path / "pictures")
        painting = ["--decode", "s3://photographs/out", "-o", pictures, "--size", "96x64"]
        assert main(["bulk", *painting]) == 0
    finally:
        server.stop()
    rows = rows_of(tmp_path / "out")
    assert [row["path"] for row in rows] == ["a.jpg", "sub/b c%20#[1].jpg"]
    assert {row["size"] for row in rows} == {len(data)}
    assert (tmp_path / "pictures" / "sub" / "b c%20#[1].jpg.png").exists()


def run_process(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program; a cluster needs a process of its own, which inherits our path."""
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        timeout=600,
    )


def test_cluster(records: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    source, out = str(records.parent / "in"), tmp_path / "out"
    command = ["-m", "semcodec", "bulk", source, "-o", str(out), "--engine", "ray", "--jobs", "2"]
    done = run_process(*command)
    assert done.returncode == 3, done.stderr
    assert rows_of(out) == rows_of(records)
    refused = run_process(*command, "--backend", "openai", "--cache", "x.db")
    assert refused.returncode == 2
    assert "--cache is a file of this machine" in refused.stderr


def test_example_of_ray_data(records: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray.data")
    command = ["docs/bulk_ray_data.py", str(records.parent / "in"), str(tmp_path / "out")]
    assert "0 done before, 4 left" in run_process(*command).stdout
    expected = {(row["path"], row["record"]) for row in rows_of(records)}
    rows = [row for part in (tmp_path / "out").glob("*.parquet") for row in read(part)]
    assert {(Path(row["path"]).name, row["record"]) for row in rows} == expected
    again = run_process(*command)
    assert (again.returncode, "4 done before, 0 left" in again.stdout) == (0, True)


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_worker_processes_end_with_the_run(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    code = (
        "from tests.bulk import tasks\n"
        "from semcodec.bulk.engines.daft_engine import DaftEngine\n"
        "engine = DaftEngine(2, 'processes')\n"
        "engine.run(tasks.start_sleep, range(50), lambda outcome: print(outcome, flush=True))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *map(str, sys.path)])}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, env=environment
    )
    assert process.stdout is not None
    process.stdout.readline()  # workers are busy
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not psutil.wait_procs(workers, 20)[1]


# --- the page ------------------------------------------------------------------------------------


def reading_blocks() -> list[tuple[str, str]]:
    """Return the packages that read rows back, each with the code for it."""
    blocks = PYTHON.findall((ROOT / "docs" / "bulk.md").read_text("utf-8"))
    return [(block.split()[1], block.partition("\n\n")[2].strip()) for block in blocks]


@pytest.mark.parametrize(
    ("package", "code"), reading_blocks(), ids=[package for package, _ in reading_blocks()]
)
def test_code_that_reads_rows_back(
    package: str, code: str, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = pytest.importorskip(package)
    monkeypatch.chdir(records.parent)
    result = eval(code, {package: module})
    if package == "daft":
        found = {*zip(*result.to_pydict().values(), strict=True)}
    elif package == "polars":
        found = {*result.rows()}
    elif package == "duckdb":
        found = {*result.fetchall()}
    else:
        found = {*result.itertuples(index=False, name=None)}
    rows = rows_of(records)
    assert found == {(row["path"], row["words"], row["record"]) for row in rows if not row["error"]}
    assert 0 < len(found) < len(rows)


def test_packages_that_read_rows_back() -> None:
    assert [package for package, _ in reading_blocks()] == ["daft", "polars", "duckdb", "pandas"]
