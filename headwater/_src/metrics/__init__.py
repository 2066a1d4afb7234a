"""Metrics that are gathered over batches in local variables."""
