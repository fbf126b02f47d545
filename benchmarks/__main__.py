"""Run every measure, one after the other: `python -m benchmarks [NAME ...]`.

Each is a module of its own (`python -m benchmarks.NAME`) and prints its tables. Most need the labelled
data in `../shared/benchmarks` and say so where it is missing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

# In the order of the flow; the words after a name are its arguments.
MEASURES: dict[str, tuple[str, ...]] = {
    "imports": (),
    "dedup": (),
    "design": (),
    "eligibility": (),
    "ranking": (),
    "cycle": (),
    "extraction": (),
    "extraction_speed": (),
    "review": (),
}
FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the named measures, or all of them; 0 when each ended well."""
    unknown = set(names) - MEASURES.keys()
    if unknown:
        print(f"no measure named {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
        return 2
    failed = []
    for name in names or MEASURES:
        words = MEASURES[name]
        print(f"\n=== {name} ===", flush=True)
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *words], cwd=FOLDER.parent)
        print(f"({name}: {time.monotonic() - begun:.0f} s)", flush=True)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
