"""Pages of data protection that are not of one case."""
