"""What the commands say when they refuse."""


class BackupError(Exception):
    """For the operator at the terminal: what is wrong and what to do. Holds nothing of a person."""
