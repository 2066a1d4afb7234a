"""What is measured: small TensorFlow 1.x programs, the same for headwater and for TensorFlow.

The programs are in the files imported here, a subject each; importing them fills the tables.
"""

import embeddings as embeddings
import files as files
import graphs as graphs
import images as images
import processes as processes
import sequences as sequences
import steps as steps
from registry import FRESH as FRESH, REPEATED as REPEATED
