"""Files of TensorFlow's formats, as bytes: nothing here knows of graphs or sessions.

    local        paths, folders and files of the machine (`tf.gfile`)
    atomic       files that are there whole or not at all
    checksum     CRC-32C, and the masked form that all formats store
    records      TFRecord files; event files are these too
    table        sorted string tables: the `.index` of a checkpoint, all of a V1 checkpoint
    bundle       checkpoints of version 2
    slices_v1    checkpoints of version 1
    checkpoint   either version, for reading

What a file says of sizes is checked against the file before anything of that size is made.
"""
