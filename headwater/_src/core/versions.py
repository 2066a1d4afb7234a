"""Version numbers: of the TensorFlow whose behaviour this is, and of GraphDefs."""

import sys

VERSION = "1.15.0"  # programs compare it with the TensorFlow version that they need
GIT_VERSION = "unknown"
COMPILER_VERSION = f"Python {sys.version.split()[0]}"
CXX11_ABI_FLAG = 0
MONOLITHIC_BUILD = 0
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
