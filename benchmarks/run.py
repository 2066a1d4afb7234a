"""Runs the workloads in headwater and in TensorFlow, by turns, and compares what they take.

    python benchmarks/run.py [--only NAME ...] [--rounds N] [--quick] [--json FILE] [--svg FILE]
                             [--tf-python PYTHON]

Each library has its own process for each workload. Rounds alternate between the two, so that
whatever else the machine is doing meets both; a ratio is taken in each round, and the table shows
the median and the range of the ratios, and the median of the ratios of processor time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import workloads
from table import HEADER, picture, row

HERE = Path(__file__).resolve().parent
TIMEOUT = 300  # seconds for a process to answer
SIZE = "installed_size"


class Worker:
    """A process that runs one workload in one library."""

    def __init__(self, library, python, workload, cache=None, quick=False):
        self.started = time.perf_counter()
        path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path}
        if cache is not None:
            environment["HEADWATER_CACHE"] = cache
        self._process = subprocess.Popen(
            [python, str(HERE / "worker.py"), library, workload, *(["quick"] if quick else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def answer(self):
        """The next answer as a dict; `failed` in it says what went wrong."""
        line = self._process.stdout.readline()
        return json.loads(line) if line else {"failed": f"exit status {self._process.wait()}"}

    def ask(self, seconds):
        """One round of about so many seconds: the mean `seconds` and `processor` of a call."""
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return self.answer()

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait(TIMEOUT)


class Results:
    """What was measured of one workload, round by round."""

    def __init__(self, libraries, unit="seconds"):
        self.times = {library: [] for library in libraries}
        self.processor = {library: [] for library in libraries}
        self.failed, self.unit = {}, unit

    def add(self, library, value, processor=None):
        """One more round of a library."""
        self.times[library].append(value)
        if processor is not None:
            self.processor[library].append(processor)


def run_repeated(name, pythons, options):
    """Measures a workload of `REPEATED`."""
    workers = {
        library: Worker(library, python, name, quick=options.quick)
        for library, python in pythons.items()
    }
    results = Results(pythons)
    for library, worker in workers.items():
        answer = worker.answer()
        if "failed" in answer:
            results.failed[library] = answer["failed"]
    for _ in range(options.rounds):
        for library, worker in workers.items():
            if library in results.failed:
                continue
            answer = worker.ask(options.seconds)
            if "failed" in answer:
                results.failed[library] = answer["failed"]
            else:
                results.add(library, answer["seconds"], answer["processor"])
    for worker in workers.values():
        worker.close()
    return {name: results}


def run_fresh(name, pythons, options):
    """Measures a workload of `FRESH`; the first of them also tells of importing and starting."""
    program = workloads.FRESH[name]
    results = Results(pythons, getattr(program, "unit", "seconds"))
    import_times, whole = Results(pythons), Results(pythons)
    jax = False
    with tempfile.TemporaryDirectory() as folder:
        if program.cache == "warm":  # two runs: the second may compile what the first had counted
            for _ in range(2):
                worker = Worker("headwater", pythons["headwater"], name, folder, options.quick)
                worker.answer()
                worker.close()
        for turn in range(options.rounds):
            cache = {"user": None, "warm": folder, "cold": os.path.join(folder, str(turn))}
            for library, python in pythons.items():
                worker = Worker(library, python, name, cache[program.cache], options.quick)
                answer = worker.answer()
                elapsed = time.perf_counter() - worker.started
                worker.close()
                if "failed" in answer:
                    for each in (results, import_times, whole):
                        each.failed[library] = answer["failed"]
                    continue
                results.add(library, answer["result"], answer.get("processor"))
                import_times.add(library, answer["import_seconds"])
                whole.add(library, elapsed)
                jax |= library == "headwater" and answer["jax"]
    if name != "first_run":
        return {name: results}
    note = "headwater imported JAX" if jax else "headwater did not import JAX"
    return {
        "import": import_times,
        f"{name} ({note})": results,
        "process_start_to_first_result": whole,
    }


def run_size(pythons):
    """The sizes of what has to be installed."""
    results = Results(pythons, "bytes")
    for library, python in pythons.items():
        command = [python, str(HERE / "installed.py"), library]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            results.failed[library] = f"exit status {done.returncode}"
        else:
            results.add(library, int(done.stdout))
    return {SIZE: results}


def run_one(name, pythons, options):
    """Measures one workload: a dict from names of rows to `Results`."""
    if name == SIZE:
        return run_size(pythons)
    if name in workloads.FRESH:
        return run_fresh(name, pythons, options)
    return run_repeated(name, pythons, options)


def has_tensorflow(python):
    """Whether an interpreter has TensorFlow, without importing it."""
    look = "import importlib.util as u; raise SystemExit(u.find_spec('tensorflow') is None)"
    return subprocess.run([python, "-c", look], stderr=subprocess.DEVNULL).returncode == 0


def parse(argv):
    """The options of the command line."""
    names = [*workloads.REPEATED, *workloads.FRESH, SIZE]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--only", nargs="+", choices=names, metavar="NAME", default=names, help=", ".join(names)
    )
    parser.add_argument(
        "--rounds", type=int, default=9, help="rounds of each workload (default: 9)"
    )
    parser.add_argument("--seconds", type=float, default=0.3, help="least time of a round")
    parser.add_argument("--quick", action="store_true", help="one short round, no warming up")
    parser.add_argument("--json", help="a file for all times, in seconds")
    parser.add_argument("--svg", help="a file for a picture of the ratios")
    parser.add_argument(
        "--tf-python", default=sys.executable, help="an interpreter with TensorFlow"
    )
    options = parser.parse_args(argv)
    if options.quick:
        options.rounds, options.seconds = 1, 0.0
    return options


def main(argv=None):
    """Runs the command; returns its exit status."""
    options = parse(argv)
    pythons = {"headwater": sys.executable}
    if has_tensorflow(options.tf_python):
        pythons["tensorflow"] = options.tf_python
    else:
        print(
            "no TensorFlow: headwater alone (--tf-python names another interpreter)",
            file=sys.stderr,
        )
    print(HEADER)
    record = {}
    for name in options.only:
        for label, found in run_one(name, pythons, options).items():
            print(row(label, found.times, found.failed, found.processor, found.unit), flush=True)
            record[label] = vars(found)
    if options.json:
        Path(options.json).write_text(json.dumps(record, indent=1), encoding="utf-8")
    if options.svg and (text := picture(record)) is not None:
        Path(options.svg).write_text(text, encoding="utf-8")
    return 1 if any(entry["failed"] for entry in record.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
