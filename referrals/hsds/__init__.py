"""The directory in the words of the Human Services Data Specification (HSDS 3), out and in (domain.md §9.3)."""
