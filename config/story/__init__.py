"""The main job, played through real HTTP against a running product (`manage.py up --once`). Standard library only."""
