"""Decision trees in arrays: random forests that grow online, and gradient boosting."""
