"""Writes: one function per verb."""

from foundation.watch.actions.access import ask, close, confirm, refuse
from foundation.watch.actions.alerts import check, explain, look, note, raise_alerts, report
from foundation.watch.actions.decoys import grow, plan, retire
from foundation.watch.actions.reading import explain_reading

__all__ = [
    "ask", "check", "close", "confirm", "explain", "explain_reading", "grow", "look", "note", "plan", "raise_alerts",
    "refuse", "report", "retire",
]  # fmt: skip
