"""Pages about oneself: seats, the code of conduct, the second step."""
