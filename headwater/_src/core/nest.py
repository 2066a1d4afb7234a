"""Nested structures of Python: lists, tuples, named tuples, dicts, attrs classes.

A structure is an atom (anything that is not one of these containers; strings and arrays are atoms)
or a container of structures.  Dicts are traversed in the order of their sorted keys, whatever the
order of insertion, so that equal dicts flatten alike.
"""

from collections import OrderedDict
from collections.abc import Mapping

from headwater._src.core.nest_containers import (
    children_of,
    is_attrs,
    is_mapping as is_mapping,
    is_namedtuple,
    is_nested,
    is_nested_or_composite as is_nested_or_composite,
    is_sequence as is_sequence,
    is_sequence_or_composite as is_sequence_or_composite,
    items_of,
    rebuild,
    sorted_keys,
)

# -- flatten and pack


def flatten(structure, expand_composites=False):
    """The atoms of `structure`, as a list.

    Args:
      structure: an atom or nested containers.
      expand_composites: accepted for compatibility; there are no composite atoms.

    Returns:
      `list`; `[structure]` for an atom.

    Raises:
      TypeError: if the keys of a dict cannot be sorted.
    """
    if not is_nested(structure):
        return [structure]
    # A stack of iterators instead of recursion: depth is limited by memory only.
    atoms, stack = [], [iter(children_of(structure))]
    while stack:
        for child in stack[-1]:
            if is_nested(child):
                stack.append(iter(children_of(child)))
                break
            atoms.append(child)
        else:
            stack.pop()
    return atoms


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """The inverse of `flatten`: a structure like `structure` with the atoms of `flat_sequence`.

    Args:
      structure: an atom or nested containers.
      flat_sequence: flat sequence with as many elements as `structure` has atoms.
      expand_composites: accepted for compatibility.

    Returns:
      The new structure; `flat_sequence[0]` if `structure` is an atom.

    Raises:
      TypeError: if `flat_sequence` is not a sequence.
      ValueError: if it has another number of elements.
    """
    if not is_nested(flat_sequence):
        raise TypeError(
            f"Attempted to pack value:\n  {_short(flat_sequence)}\ninto a structure, but found "
            f"incompatible type `{type(flat_sequence)}` instead."
        )
    flat = list(flat_sequence)
    if not is_nested(structure):
        if len(flat) != 1:
            raise ValueError(
                f"The target structure is of type `{type(structure)}`\n  {_short(structure)}\n"
                f"However the input is a sequence ({type(flat_sequence)}) of length {len(flat)}.\n"
                f"  {_short(flat_sequence)}\n"
                "nest cannot guarantee that it is safe to map one to the other."
            )
        return flat[0]
    atoms = len(flatten(structure))
    if atoms != len(flat):
        raise ValueError(
            f"Could not pack sequence. Structure had {atoms} atoms, but flat_sequence had "
            f"{len(flat)} items.  Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return _pack(structure, iter(flat))


def _pack(structure, atoms):
    # frames of: container, its children still to visit, its new children
    frames = [(structure, iter(children_of(structure)), [])]
    while True:
        container, remaining, done = frames[-1]
        for child in remaining:
            if is_nested(child):
                frames.append((child, iter(children_of(child)), []))
                break
            done.append(next(atoms))
        else:
            frames.pop()
            packed = rebuild(container, done)
            if not frames:
                return packed
            frames[-1][2].append(packed)


def _short(value, limit=200):
    text = str(value)
    return text if len(text) <= limit else text[:limit] + "..."


def map_structure(func, *structure, **kwargs):
    """Applies `func` to the atoms of one or several structures of the same form.

    Args:
      func: takes as many atoms as there are structures.
      *structure: atoms or nested containers.
      **kwargs: `check_types` (default True: containers must be of the same types) and
        `expand_composites`.

    Returns:
      A structure like the first.

    Raises:
      TypeError: if `func` is not callable or container types differ.
      ValueError: if the forms differ, no structure is given or another keyword is.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types = kwargs.pop("check_types", True)
    kwargs.pop("expand_composites", None)
    if kwargs:
        raise ValueError(
            "Only valid keyword arguments are `check_types` and `expand_composites`, not: "
            f"`{'`, `'.join(kwargs)}`"
        )
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types=check_types)
    results = list(map(func, *map(flatten, structure)))
    return pack_sequence_as(structure[0], results)


# -- comparison of whole structures


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raises unless both structures are nested alike.

    Args:
      nest1: an atom or nested containers.
      nest2: an atom or nested containers.
      check_types: whether containers must be of the same types, and dicts have the same keys.
        A `dict` and an `OrderedDict` count as the same.
      expand_composites: accepted for compatibility.

    Raises:
      ValueError: if the forms differ.
      TypeError: if only container types differ.
    """
    problem = _difference(nest1, nest2, check_types)
    if problem is None:
        return
    kind, text = problem
    raise kind(
        "The two structures don't have the same nested structure.\n\n"
        f"First structure: {_described(nest1)}\n\nSecond structure: {_described(nest2)}\n\n"
        f"More specifically: {text}\n"
        f"Entire first structure:\n{_dots(nest1)}\nEntire second structure:\n{_dots(nest2)}"
    )


def _difference(first, second, check_types):
    """The class and text of the first difference, or None."""
    pending = [(first, second)]
    while pending:
        a, b = pending.pop()
        nested_a, nested_b = is_nested(a), is_nested(b)
        if nested_a != nested_b:
            if nested_b:
                a, b = b, a
            return ValueError, (
                f'Substructure "{_described(a)}" is a sequence, while substructure '
                f'"{_described(b)}" is not'
            )
        if not nested_a:
            continue
        if check_types and not _same_type(a, b):
            return TypeError, (
                "The two namedtuples don't have the same sequence type. First structure "
                f"{_described(a)} has type {type(a).__name__}, while second structure "
                f"{_described(b)} has type {type(b).__name__}"
            )
        if check_types and isinstance(a, Mapping) and set(a) != set(b):
            return ValueError, (
                "The two dictionaries don't have the same set of keys. First structure has keys "
                f"{_described(list(a))}, while second structure has keys {_described(list(b))}"
            )
        ours, theirs = children_of(a), children_of(b)
        if len(ours) != len(theirs):
            return ValueError, (
                "The two structures don't have the same number of elements. "
                f"First structure: {_described(a)}. Second structure: {_described(b)}"
            )
        pending.extend(reversed(list(zip(ours, theirs))))
    return None


def _same_type(a, b):
    if type(a) is type(b):
        return True
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return True
    return is_namedtuple(a) and is_namedtuple(b) and same_namedtuples(a, b)


def same_namedtuples(nest1, nest2):
    """Whether both named tuples have the same class name and the same fields.

    Args:
      nest1: a named tuple.
      nest2: another one.
    """
    return type(nest1).__name__ == type(nest2).__name__ and nest1._fields == nest2._fields


def _described(value):
    return f"type={type(value).__name__} str={value}"


def _dots(structure):
    """The structure's form: every atom a dot."""
    if not is_nested(structure):
        return "."
    items = [(key, _dots(child)) for key, child in items_of(structure)]
    if isinstance(structure, Mapping):
        return "{" + ", ".join(f"{key!r}: {text}" for key, text in items) + "}"
    if is_namedtuple(structure) or is_attrs(structure):
        fields = ", ".join(f"{key}={text}" for key, text in items)
        return f"{type(structure).__name__}({fields})"
    inner = ", ".join(text for _, text in items)
    if isinstance(structure, tuple):
        return f"({inner},)" if len(items) == 1 else f"({inner})"
    return f"[{inner}]"


def flatten_dict_items(dictionary):
    """A dict whose nested keys and values are flattened side by side.

    `{(4, 5, (6, 8)): ("a", "b", ("c", "d"))}` becomes `{4: "a", 5: "b", 6: "c", 8: "d"}`.

    Args:
      dictionary: a mapping; nested keys need values nested alike.

    Returns:
      A mapping of the type of `dictionary`.

    Raises:
      TypeError: if `dictionary` is not a mapping.
      ValueError: if a key and its value differ in form, or a flat key appears twice.
    """
    if not isinstance(dictionary, Mapping):
        raise TypeError(
            "FlattenDictItems: 'dict' must be a dictionary or collection.Mapping type object, "
            f"instead of '{type(dictionary).__name__}'."
        )
    flat = OrderedDict() if isinstance(dictionary, OrderedDict) else {}
    for key, value in dictionary.items():
        keys, values = flatten(key), flatten(value) if is_nested(key) else [value]
        if len(keys) != len(values):
            raise ValueError(
                f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                f"{len(values)} elements. Key: {keys}, value: {values}."
            )
        for one_key, one_value in zip(keys, values):
            if one_key in flat:
                raise ValueError(f"Cannot flatten dict because this key is not unique: {one_key}")
            flat[one_key] = one_value
    return flat


# -- shallow structures: only the upper part is matched


def assert_shallow_structure(shallow_tree, input_tree, check_types=True, expand_composites=False):
    """Raises unless `input_tree` is nested like `shallow_tree`, down to the atoms of the latter.

    Args:
      shallow_tree: a possibly pruned form of `input_tree`.
      input_tree: the structure to check.
      check_types: whether containers must be of the same types.
      expand_composites: accepted for compatibility.

    Raises:
      TypeError: if an atom stands where a container is wanted, or container types differ.
      ValueError: if lengths or keys differ.
    """
    pending = [(shallow_tree, input_tree)]
    while pending:
        shallow, tree = pending.pop()
        if not is_nested(shallow):
            continue
        _check_level(shallow, tree, check_types)
        if isinstance(shallow, Mapping) and isinstance(tree, Mapping):
            children = [(shallow[key], tree[key]) for key in sorted_keys(shallow)]
        else:
            children = list(zip(children_of(shallow), children_of(tree)))
        pending.extend(reversed(children))


def _check_level(shallow, tree, check_types):
    """The checks of `assert_shallow_structure` for one pair of containers."""
    if not is_nested(tree):
        raise TypeError(
            "If shallow structure is a sequence, input must also be a sequence. "
            f"Input has type: {type(tree)}."
        )
    if check_types and not _same_type(shallow, tree):
        raise TypeError(
            "The two structures don't have the same sequence type. Input structure has type "
            f"{type(tree)}, while shallow structure has type {type(shallow)}."
        )
    ours, theirs = len(children_of(shallow)), len(children_of(tree))
    if ours != theirs:
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length "
            f"{theirs}, while shallow structure has length {ours}."
        )
    if isinstance(shallow, Mapping) and isinstance(tree, Mapping):
        missing = sorted(set(shallow) - set(tree))
        if missing:
            raise ValueError(
                "The shallow_tree's keys are not a subset of the input_tree's keys. The "
                "shallow_tree has the following keys that are not in the input_tree: "
                f"{missing}."
            )


def _up_to(shallow, tree, path=()):
    """Pairs of path and subtree of `tree` for every atom of `shallow`."""
    stack = [(shallow, tree, path)]
    while stack:
        shallow, tree, path = stack.pop()
        if not is_nested(shallow):
            yield path, tree
            continue
        if isinstance(shallow, Mapping) and isinstance(tree, Mapping):
            children = [(key, tree[key]) for key in sorted_keys(shallow)]
        else:
            children = items_of(tree)
        level = [
            (sub_shallow, sub_tree, (*path, key))
            for (_, sub_shallow), (key, sub_tree) in zip(items_of(shallow), children)
        ]
        stack.extend(reversed(level))


def flatten_up_to(shallow_tree, input_tree, check_types=True, expand_composites=False):
    """The subtrees of `input_tree` that stand where `shallow_tree` has atoms, as a list.

    Args:
      shallow_tree: the form: its atoms stand for whole subtrees.
      input_tree: a structure that goes at least as deep.
      check_types: whether containers must be of the same types.
      expand_composites: accepted for compatibility.

    Raises what `assert_shallow_structure` raises.
    """
    assert_shallow_structure(shallow_tree, input_tree, check_types)
    return [subtree for _, subtree in _up_to(shallow_tree, input_tree)]


def flatten_with_tuple_paths_up_to(
    shallow_tree, input_tree, check_types=True, expand_composites=False
):
    """Pairs of path and subtree where `shallow_tree` has atoms, as a list.

    Args:
      shallow_tree: the form: its atoms stand for whole subtrees.
      input_tree: a structure that goes at least as deep.
      check_types: whether containers must be of the same types.
      expand_composites: accepted for compatibility.
    """
    assert_shallow_structure(shallow_tree, input_tree, check_types)
    return list(_up_to(shallow_tree, input_tree))


def map_structure_up_to(shallow_tree, func, *inputs, **kwargs):
    """Applies `func` to subtrees of `inputs` where `shallow_tree` has atoms.

    Args:
      shallow_tree: the form down to which all inputs agree.
      func: takes as many subtrees as there are inputs.
      *inputs: structures.
      **kwargs: `check_types`, default True.

    Returns:
      A structure like `shallow_tree`.

    Raises:
      ValueError: if there are no inputs, or as `assert_shallow_structure`.
      TypeError: as `assert_shallow_structure`.
    """
    return map_structure_with_tuple_paths_up_to(
        shallow_tree, lambda _, *subtrees: func(*subtrees), *inputs, **kwargs
    )


def map_structure_with_tuple_paths_up_to(shallow_tree, func, *inputs, **kwargs):
    """`map_structure_up_to` with the path, a tuple of keys, as first argument of `func`.

    Args:
      shallow_tree: the form: its atoms stand for whole subtrees.
      func: `(path, *subtrees) -> result`.
      *inputs: structures, one for each of the subtrees.
      **kwargs: `check_types` and `expand_composites`.
    """
    if not inputs:
        raise ValueError("Cannot map over no sequences")
    check_types = kwargs.pop("check_types", True)
    kwargs.pop("expand_composites", None)
    for tree in inputs:
        assert_shallow_structure(shallow_tree, tree, check_types)
    columns = [list(_up_to(shallow_tree, tree)) for tree in inputs]
    results = [func(row[0][0], *(subtree for _, subtree in row)) for row in zip(*columns)]
    return pack_sequence_as(shallow_tree, results)


def get_traverse_shallow_structure(traverse_fn, structure, expand_composites=False):
    """A structure of `bool`: where `traverse_fn` says to go into a subtree, and where it stops.

    Args:
      traverse_fn: takes a subtree; returns `bool`, or a structure of `bool` for its children.
      structure: an atom or nested containers.
      expand_composites: accepted for compatibility.

    Raises:
      TypeError: if `traverse_fn` returns something else.
    """
    decision = traverse_fn(structure)
    if not is_nested(structure):
        if not isinstance(decision, bool):
            raise TypeError(f"traverse_fn returned structure: {decision} for non-structure.")
        return decision
    if isinstance(decision, bool):
        if not decision:
            return False
        children = [get_traverse_shallow_structure(traverse_fn, c) for c in children_of(structure)]
        return rebuild(structure, children)
    assert_shallow_structure(decision, structure)
    children = []
    for go, child in zip(children_of(decision), children_of(structure)):
        if not isinstance(go, bool):
            raise TypeError(f"traverse_fn did not return a depth=1 structure of bools: {decision}")
        children.append(go and get_traverse_shallow_structure(traverse_fn, child))
    return rebuild(structure, children)


# -- paths


def flatten_with_tuple_paths(structure, expand_composites=False):
    """Pairs of path (a tuple of keys, indices and field names) and atom, as a list.

    Args:
      structure: a nested structure, or an atom.
      expand_composites: accepted for compatibility.
    """
    return list(_up_to(structure, structure))


def yield_flattened_paths(nest, expand_composites=False):
    """The path of every atom: a tuple of keys, indices and field names.

    Args:
      nest: a nested structure, or an atom.
      expand_composites: accepted for compatibility.
    """
    for path, _ in _up_to(nest, nest):
        yield path


def flatten_with_joined_string_paths(structure, separator="/", expand_composites=False):
    """Pairs of path, written as a string such as `"a/0"`, and atom, as a list.

    Args:
      structure: a nested structure, or an atom.
      separator: what stands between the parts of a path.
      expand_composites: accepted for compatibility.
    """
    return [(separator.join(map(str, path)), atom) for path, atom in _up_to(structure, structure)]


def map_structure_with_paths(func, *structure, **kwargs):
    """`map_structure` with the path, such as `"a/0"`, as first argument of `func`.

    Args:
      func: `(path, *atoms) -> result`.
      *structure: structures of one form.
      **kwargs: `check_types` and `expand_composites`.
    """
    return map_structure_with_tuple_paths(
        lambda path, *atoms: func("/".join(map(str, path)), *atoms), *structure, **kwargs
    )


def map_structure_with_tuple_paths(func, *structure, **kwargs):
    """`map_structure` with the path, a tuple of keys, as first argument of `func`.

    Args:
      func: `(path, *atoms) -> result`.
      *structure: structures of one form.
      **kwargs: `check_types` and `expand_composites`.
    """
    return map_structure_with_tuple_paths_up_to(structure[0], func, *structure, **kwargs)
