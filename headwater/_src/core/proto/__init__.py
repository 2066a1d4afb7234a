"""The messages of TensorFlow's files and wires, from our own schemas in package `headwater`.

Names, numbers and types of the fields are TensorFlow's, so the bytes are too; only the package
differs, so that both libraries can be loaded in one process.  `scripts/generate_protos` writes the
modules.  Import the one that is needed, inside the function that needs it: loading protobuf costs
more than the rest of `core`.
"""
