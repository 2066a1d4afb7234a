"""Feature columns and estimators: whole models from a description, and the loops around them."""
