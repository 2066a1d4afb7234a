"""Updates of variables: assignments, scatters, the rules of optimizers. What variables hold after
each is compared too.
"""

from tests.cases.case import A

from .grid import FLOATS, V, grid, ints, longs

REAL = (*FLOATS, "int32", "int64")
VARIABLE, ROWS_OF = V((2, 3), "T", 0.5, 3), V((4, 3), "T", 1, 5)
INDICES, UPDATES = ints(2, 0), A((2, 3), "T", 1, 4)
PLACES, VALUES = longs((1, 2), (3, 0)), A((2,), "T", 1, 4)
BOUNDS = (ints(0, 1), ints(2, 3), ints(1, 1))


def number(value: float) -> A:
    return A((), "T", values=value)


LR, RHO, EPSILON = number(0.1), number(0.9), number(0.01)
GRAD = A((2, 3), "T", -2, 2)
SLOT = V((2, 3), "T", 0.1, 1)
L1, L2, POWER, SHRINK = number(0.05), number(0.02), number(-0.5), number(0.03)
STEP = A((), "int64", values=3)
RULES = {  # after the variable: slots and numbers, "g" for the gradient (and indices of rows)
    "AdaMax": (SLOT, SLOT, number(0.8), LR, RHO, number(0.99), EPSILON, "g"),
    "Adadelta": (SLOT, SLOT, LR, RHO, EPSILON, "g"),
    "Adagrad": (SLOT, LR, "g"),
    "AdagradV2": (SLOT, LR, EPSILON, "g"),
    "AdagradDA": (SLOT, SLOT, "g", LR, L1, L2, STEP),
    "Adam": (SLOT, SLOT, number(0.8), number(0.9), LR, RHO, number(0.99), EPSILON, "g"),
    "AddSign": (SLOT, LR, number(1.5), number(0.7), RHO, "g"),
    "PowerSign": (SLOT, LR, number(2.5), number(0.7), RHO, "g"),
    "CenteredRMSProp": (SLOT, V((2, 3), "T", 2, 3), SLOT, LR, RHO, number(0.5), EPSILON, "g"),
    "Ftrl": (SLOT, SLOT, "g", LR, L1, L2, POWER),
    "FtrlV2": (SLOT, SLOT, "g", LR, L1, L2, SHRINK, POWER),
    "GradientDescent": (LR, "g"),
    "Momentum": (SLOT, LR, "g", RHO),
    "ProximalAdagrad": (SLOT, LR, L1, L2, "g"),
    "ProximalGradientDescent": (LR, L1, L2, "g"),
    "RMSProp": (SLOT, SLOT, LR, RHO, number(0.5), EPSILON, "g"),
}
# In these the variable's rows come last, after the numbers.
SPARSE = set(RULES) - {"AdaMax", "Adam", "AddSign", "PowerSign", "GradientDescent"}
OPTIONS = {
    "Momentum": ({}, {"use_nesterov": True}),
    "Adam": ({}, {"use_nesterov": True}),
    "Adagrad": ({}, {"update_slots": False}),
    "FtrlV2": ({}, {"multiply_linear_by_lr": True}),
}


def dense(rule: str) -> tuple:
    return (VARIABLE, *[GRAD if a == "g" else a for a in RULES[rule]])


def by_rows(rule: str) -> tuple:
    taller = {SLOT: V((4, 3), "T", 0.1, 1)}
    given = [taller.get(a, a) for a in RULES[rule]]
    given = [V((4, 3), "T", 2, 3) if isinstance(a, V) and a.low == 2 else a for a in given]
    at = given.index("g")
    return (ROWS_OF, *given[:at], UPDATES, INDICES, *given[at + 1 :])


RULE_ROWS = []
for _rule in RULES:
    _more = {"dtypes": FLOATS, "attrs": OPTIONS.get(_rule, ({},)), "tolerance": 1e-5}
    RULE_ROWS += grid(f"Apply{_rule} ResourceApply{_rule}", dense(_rule), **_more)
    if _rule in SPARSE:
        RULE_ROWS += grid(f"SparseApply{_rule} ResourceSparseApply{_rule}", by_rows(_rule), **_more)

ROWS = [
    *RULE_ROWS,
    *grid(
        "ResourceApplyKerasMomentum", dense("Momentum"), dtypes=FLOATS, attrs=OPTIONS["Momentum"]
    ),
    *grid(
        "ResourceSparseApplyKerasMomentum",
        by_rows("Momentum"),
        dtypes=FLOATS,
        attrs=OPTIONS["Momentum"],
    ),
    *grid(
        "ResourceApplyAdamWithAmsgrad",
        (
            VARIABLE,
            SLOT,
            SLOT,
            SLOT,
            number(0.8),
            number(0.9),
            LR,
            RHO,
            number(0.99),
            EPSILON,
            GRAD,
        ),
        dtypes=FLOATS,
        tolerance=1e-5,
    ),
    *grid("Assign", (VARIABLE, A((2, 3), "T")), dtypes=(*REAL, "bool", "complex64")),
    *grid("AssignAdd AssignSub", (VARIABLE, A((2, 3), "T", 0, 5)), dtypes=REAL),
    *grid("AssignVariableOp", (VARIABLE, A((2, 3), "T")), dtypes=(*REAL, "bool", "complex64")),
    *grid("AssignAddVariableOp AssignSubVariableOp", (VARIABLE, A((2, 3), "T", 0, 5)), dtypes=REAL),
    *grid("CountUpTo", (V((), "T", values=3),), dtypes=("int32", "int64"), attrs=({"limit": 5},)),
    *grid(
        "ResourceCountUpTo",
        (V((), "T", values=3),),
        dtypes=("int32",),
        attrs=({"limit": 5, "T": "int32"},),
    ),
    *grid("ReadVariableOp", (VARIABLE,), dtypes=("float32",), attrs=({"dtype": "float32"},)),
    *grid("VariableShape", (VARIABLE,), dtypes=REAL, attrs=({}, {"out_type": "int64"})),
    *grid("VarIsInitializedOp", (VARIABLE,), dtypes=REAL),
    *grid("IsVariableInitialized", (VARIABLE,), dtypes=REAL),
    *grid(
        "ResourceGather",
        (ROWS_OF, INDICES),
        (ROWS_OF, longs((0, 1), (3, 3))),
        dtypes=("float32",),
        attrs=({"dtype": "float32"},),
    ),
    *grid(
        "ResourceGatherNd", (ROWS_OF, PLACES), dtypes=("float64",), attrs=({"dtype": "float64"},)
    ),
    *[
        row
        for kind in ("Add", "Sub", "Mul", "Div", "Min", "Max", "Update")
        for row in grid(
            f"Scatter{kind} ResourceScatter{kind}",
            (ROWS_OF, INDICES, UPDATES),
            (ROWS_OF, longs(1, 1), A((), "T", 1, 4)),
            dtypes=REAL,
        )
    ],
    *grid(
        "ScatterNdAdd ScatterNdSub ScatterNdUpdate",
        (ROWS_OF, PLACES, VALUES),
        (ROWS_OF, ints((2,), (0,)), UPDATES),
        dtypes=REAL,
    ),
    *grid(
        "ResourceScatterNdAdd ResourceScatterNdSub ResourceScatterNdUpdate",
        (ROWS_OF, PLACES, VALUES),
        (ROWS_OF, ints((2,), (0,)), UPDATES),
        dtypes=REAL,
    ),
    *grid(
        "StridedSliceAssign ResourceStridedSliceAssign",
        (ROWS_OF, *BOUNDS, A((2, 2), "T")),
        dtypes=REAL,
    ),
    # What TensorFlow refuses.
    *grid("Assign", (VARIABLE, A((3, 2), "T")), fails=True),
    *grid("AssignAdd", (VARIABLE, A((3,), "T")), fails=True),
    *grid(
        "CountUpTo", (V((), "T", values=5),), dtypes=("int32",), attrs=({"limit": 5},), fails=True
    ),
    *grid(
        "ScatterAdd ScatterUpdate ResourceScatterAdd ResourceScatterUpdate",
        (ROWS_OF, ints(4, 0), UPDATES),
        (ROWS_OF, ints(-1, 0), UPDATES),
        (ROWS_OF, ints(0), UPDATES),
        fails=True,
    ),
    *grid(
        "ScatterNdUpdate ResourceScatterNdAdd", (ROWS_OF, longs((4, 0), (0, 0)), VALUES), fails=True
    ),
    *grid(
        "ResourceGather",
        (ROWS_OF, ints(4)),
        (ROWS_OF, ints(-1)),
        attrs=({"dtype": "float32"},),
        fails=True,
    ),
    *grid("ResourceGatherNd", (ROWS_OF, longs((4, 0))), attrs=({"dtype": "float32"},), fails=True),
    *grid(
        "SparseApplyAdagrad ResourceSparseApplyAdagrad",
        (ROWS_OF, V((4, 3), "T", 0.1, 1), LR, UPDATES, ints(0, 9)),
        fails=True,
    ),
    *grid(
        "ApplyGradientDescent",
        (VARIABLE, LR, A((3, 3), "T")),
        fails=True,
    ),
]
