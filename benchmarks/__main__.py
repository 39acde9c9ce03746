"""Runs every benchmark, one process each, so that none inherits the other's memory."""

import subprocess
import sys

NAMES = (
    *("encode", "query", "all_pairs", "hnsw", "memory", "matchmaking_list", "claims"),
    *("repairs", "search_page", "subsidy_pressure", "timetables", "txtai_hybrid"),
)

if __name__ == "__main__":
    failed = [name for name in NAMES if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode]
    if failed:
        sys.exit(f"these did not finish: {', '.join(failed)}")
