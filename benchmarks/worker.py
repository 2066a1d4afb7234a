"""A process that runs a workload in one library, as `run.py` tells it to on its standard input."""

import json
import os
import sys
import time

WARM_UP_SECONDS, WARM_UP_CALLS = 3.0, 400
# headwater compiles what has come back about thirty times at most, however slow it is till then.
LEAST_CALLS, LONGEST_WARM_UP = 40, 60.0


def load(library):
    """Imports headwater, or TensorFlow as 1.x sees it; gives the module and the seconds it took."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    start = time.perf_counter()
    if library == "headwater":
        import headwater as tf
    else:
        import tensorflow.compat.v1 as tf
    seconds = time.perf_counter() - start
    if library != "headwater":
        tf.disable_v2_behavior()
    return tf, seconds


def timed(call):
    """The seconds that `call` says it took, or else those it did take."""
    start = time.perf_counter()
    own = call()
    return own if isinstance(own, float) else time.perf_counter() - start


def measure(call, seconds):
    """The mean time of a call and the processor's, over as many calls as fit into `seconds`."""
    times, start, end = [], time.process_time(), time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        times.append(timed(call))
    return sum(times) / len(times), (time.process_time() - start) / len(times)


def warm_up(call):
    """Calls until headwater has compiled what it is going to compile."""
    start, calls = time.perf_counter(), 0
    while True:
        took = timed(call)
        calls += 1
        spent = time.perf_counter() - start
        enough = calls >= WARM_UP_CALLS or took > 0.05 and calls >= LEAST_CALLS
        if spent > LONGEST_WARM_UP or spent > WARM_UP_SECONDS and enough:
            return


def say(**facts):
    """Answers the parent with a line of JSON."""
    print(json.dumps(facts), file=ANSWERS, flush=True)


def main(library, workload, quick=""):
    """Runs one workload until standard input ends."""
    import workloads

    tf, import_seconds = load(library)
    if workload in workloads.FRESH:
        start = time.process_time()
        result = workloads.FRESH[workload](tf)
        used = time.process_time() - start
        jax = "jax" in sys.modules
        say(result=result, processor=used, import_seconds=import_seconds, jax=jax)
        return
    call = workloads.REPEATED[workload](tf)
    if not quick:
        warm_up(call)
    say(ready=True)
    for line in sys.stdin:
        seconds, processor = measure(call, float(line))
        say(seconds=seconds, processor=processor)


if __name__ == "__main__":
    # Libraries that print must not be taken for an answer.
    ANSWERS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        main(*sys.argv[1:])
    except Exception as error:
        say(failed=f"{type(error).__name__}: {error}".splitlines()[0])
