"""Clusters: which servers there are, and servers in this process."""
