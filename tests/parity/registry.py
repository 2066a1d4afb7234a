"""All programs, by module."""

from __future__ import annotations

from . import (
    programs_arithmetic,
    programs_arrays,
    programs_constants,
    programs_errors,
    programs_functions,
    programs_gradients,
    programs_graph,
    programs_imports,
    programs_names,
    programs_nn,
    programs_partitions,
    programs_random,
    programs_schedules,
    programs_scope_errors,
    programs_scopes,
    programs_slicing,
    programs_training,
    programs_variables,
)
from .harness import Failing, Program

PROGRAMS: list[Program] = [
    *programs_names.programs,
    *programs_graph.programs,
    *programs_constants.programs,
    *programs_variables.programs,
    *programs_arithmetic.programs,
    *programs_slicing.programs,
    *programs_arrays.programs,
    *programs_functions.programs,
    *programs_nn.programs,
    *programs_gradients.programs,
    *programs_training.programs,
    *programs_imports.programs,
    *programs_random.programs,
    *programs_schedules.programs,
    *programs_scopes.programs,
    *programs_partitions.programs,
]
FAILING: list[Failing] = [*programs_errors.failing, *programs_scope_errors.failing]
