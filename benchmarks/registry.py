"""The two tables of workloads, which the files beside this one fill.

A workload in `REPEATED` takes `tf`, sets itself up, and returns the function that is timed. That
function may return the seconds it measured itself, when only a part of it counts. A program in
`FRESH` runs once in each of many new processes; it takes `tf` and returns what is measured.
"""

REPEATED = {}
FRESH = {}


def repeated(setup):
    """Registers a workload that is called again and again in one process."""
    REPEATED[setup.__name__] = setup
    return setup


def fresh(program=None, *, cache="user"):
    """Registers a program that each time gets a new process.

    Args:
      program: the function of `tf`.
      cache: where headwater finds compiled code: `"user"` for the usual place, `"cold"` for an
        empty folder, `"warm"` for one that an earlier run of the program has filled.

    Returns:
      The program, or a decorator when none is given.
    """

    def register(program):
        program.cache = cache
        FRESH[program.__name__] = program
        return program

    return register(program) if program is not None else register
