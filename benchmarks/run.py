"""Runs the workloads in headwater and in TensorFlow, by turns, and compares the times.

    python benchmarks/run.py [--only NAME ...] [--rounds N] [--json FILE] [--tf-python PYTHON]

Each library has its own process for each workload. Rounds alternate between the two, so that
whatever else the machine is doing meets both; a ratio is taken in each round, and the table shows
the median and the range of the ratios.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import workloads

HERE = Path(__file__).resolve().parent
LIBRARIES = ("headwater", "tensorflow")
TIMEOUT = 300  # seconds for a process to answer


class Worker:
    """A process that runs one workload in one library."""

    def __init__(self, library, python, workload):
        self.started = time.perf_counter()
        path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [python, str(HERE / "worker.py"), library, workload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def answer(self):
        """The next answer as a dict; `failed` in it says what went wrong."""
        line = self._process.stdout.readline()
        return json.loads(line) if line else {"failed": f"exit status {self._process.wait()}"}

    def ask(self, seconds):
        """One round of about so many seconds; gives the mean seconds of a call."""
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return self.answer()

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait(TIMEOUT)


def run_repeated(name, pythons, rounds, seconds):
    """Times of the rounds, by library, and what failed."""
    workers = {library: Worker(library, python, name) for library, python in pythons.items()}
    times, failed = {library: [] for library in pythons}, {}
    for library, worker in workers.items():
        answer = worker.answer()
        if "failed" in answer:
            failed[library] = answer["failed"]
    for _ in range(rounds):
        for library, worker in workers.items():
            if library not in failed:
                times[library].append(worker.ask(seconds)["seconds"])
    for worker in workers.values():
        worker.close()
    return {name: (times, failed)}


def run_fresh(name, pythons, rounds):
    """The three times of a fresh process, each as a workload of its own."""
    import_times, first, whole = ({library: [] for library in pythons} for _ in range(3))
    failed, jax = {}, set()
    for _ in range(rounds):
        for library, python in pythons.items():
            worker = Worker(library, python, name)
            answer = worker.answer()
            elapsed = time.perf_counter() - worker.started
            worker.close()
            if "failed" in answer:
                failed[library] = answer["failed"]
                continue
            import_times[library].append(answer["import_seconds"])
            first[library].append(answer["first_run"])
            whole[library].append(elapsed)
            if library == "headwater" and answer["jax"]:
                jax.add(name)
    note = "headwater imported JAX" if jax else "headwater did not import JAX"
    return {
        "import": (import_times, failed),
        f"{name} ({note})": (first, failed),
        "process_start_to_first_result": (whole, failed),
    }


def shown(seconds):
    """A time in the unit that suits it."""
    for unit, scale in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1 or unit == "us":
            return f"{seconds * scale:.3g} {unit}"


def row(name, times, failed):
    """A line of the table."""
    cells = []
    for library in LIBRARIES:
        if library in failed:
            cells.append(f"failed: {failed[library]}")
        else:
            cells.append(shown(statistics.median(times[library])) if times.get(library) else "-")
    ratios = [t / h for h, t in zip(*(times.get(library, []) for library in LIBRARIES))]
    ratio = (
        f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})" if ratios else "-"
    )
    return f"| {name} | {cells[0]} | {cells[1]} | {ratio} |"


def has_tensorflow(python):
    """Whether an interpreter has TensorFlow, without importing it."""
    look = "import importlib.util as u; raise SystemExit(u.find_spec('tensorflow') is None)"
    return subprocess.run([python, "-c", look], stderr=subprocess.DEVNULL).returncode == 0


def main(argv=None):
    """Runs the command; returns its exit status."""
    names = [*workloads.REPEATED, *workloads.FRESH]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument(
        "--rounds", type=int, default=9, help="rounds of each workload (default: 9)"
    )
    parser.add_argument("--seconds", type=float, default=0.3, help="least time of a round")
    parser.add_argument("--json", help="a file for all times, in seconds")
    parser.add_argument(
        "--tf-python", default=sys.executable, help="an interpreter with TensorFlow"
    )
    options = parser.parse_args(argv)
    pythons = {"headwater": sys.executable}
    if has_tensorflow(options.tf_python):
        pythons["tensorflow"] = options.tf_python
    else:
        print(
            "no TensorFlow: headwater alone (--tf-python names another interpreter)",
            file=sys.stderr,
        )
    print(
        "| workload | headwater | TensorFlow | times as fast: median (range) |\n|---|---|---|---|"
    )
    record, all_failed = {}, False
    for name in options.only or names:
        if name in workloads.FRESH:
            results = run_fresh(name, pythons, options.rounds)
        else:
            results = run_repeated(name, pythons, options.rounds, options.seconds)
        for label, (times, failed) in results.items():
            print(row(label, times, failed), flush=True)
            record[label] = {"times": times, "failed": failed}
            all_failed |= bool(failed)
    if options.json:
        Path(options.json).write_text(json.dumps(record, indent=1), encoding="utf-8")
    return 1 if all_failed else 0


if __name__ == "__main__":
    sys.exit(main())
