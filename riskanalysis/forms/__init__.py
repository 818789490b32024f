"""What is asked about a risk."""
