"""DuckDB and Parquet on the same rows, run in `bench/.venv` (neither is a dependency of the product): one JSON line out.

python peer_columns.py ROWS.npz FOLDER RUNS
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAILY = (
    "SELECT stream, (t - 1 + 28800000) // 86400000 AS day, count(*) AS n, min(value) AS low, max(value) AS high, sum(value) AS total"
    " FROM obs GROUP BY ALL ORDER BY ALL"
)


def main(source: str, folder: str, runs: int) -> None:
    given, where = np.load(source), Path(folder)
    arrow = pa.table({name: given[name] for name in given.files})
    pq.write_table(arrow, where / "arrow.parquet", compression="zstd")
    base = duckdb.connect(str(where / "rows.duckdb"))
    base.execute('CREATE TABLE obs AS SELECT stream, "end" AS t, value FROM arrow ORDER BY stream, t')
    base.execute(
        f"COPY (SELECT * FROM arrow ORDER BY stream, \"end\") TO '{where}/duck.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
    base.execute("CHECKPOINT")
    walls, cpus, found = [], [], {}
    for _ in range(runs + 1):  # the first one warms
        wall, cpu = time.perf_counter(), time.process_time()
        found = base.execute(DAILY).fetchnumpy()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    np.savez(where / "daily.npz", **{name: np.asarray(one) for name, one in found.items()})
    sizes = {name: (where / f"{name}.parquet").stat().st_size for name in ("arrow", "duck")}
    sys.stdout.write(json.dumps({"wall": walls[1:], "cpu": cpus[1:], "sizes": sizes}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
