"""Shapes of what is written in the office of data protection."""
