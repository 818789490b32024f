"""Pages of concerns and cases."""
