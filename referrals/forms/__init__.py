"""Shapes of what is written on the pages of referrals."""
