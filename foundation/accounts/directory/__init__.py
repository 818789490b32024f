"""Signing in with a Society's own directory (OpenID Connect), where one is set up. It opens what was given here, no more."""
