"""Pages: reports, and the risk of a case."""
