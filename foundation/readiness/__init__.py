"""Whether a unit is ready for the four elements, and who is trained for what."""
