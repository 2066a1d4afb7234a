"""Probability distributions over tensors."""
