"""The ops. Some files are not imported with headwater, but when something of theirs is used."""

from headwater._src.graph import optable

optable.DEFERRED.extend(
    f"{__name__}.{file}"
    for file in (
        "audio",
        "beam_search",
        "bitwise",
        "box_selection",
        "clustering",
        "image_boxes",
        "image_colour",
        "image_encoding",
        "image_files",
        "image_resize",
        "in_place",
        "matrix_functions",
        "staging",
    )
)
