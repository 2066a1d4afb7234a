"""k-means: `KMeans`, the graph of it, and `KMeansClustering`, the estimator."""
