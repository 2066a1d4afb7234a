"""The lowest layer: types, shapes, errors, schemas.  It imports nothing else of headwater."""
