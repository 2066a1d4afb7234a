"""What a session does with fetches, feeds, threads, large graphs and bad input."""
