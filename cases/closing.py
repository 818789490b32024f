"""What keeps a case from being closed, without this app knowing the apps above it: filled in ``AppConfig.ready()`` (HS-18)."""

from collections.abc import Callable
from dataclasses import dataclass

from cases.models import Case


@dataclass(frozen=True)
class Veto:
    """One thing that must be settled first: a stable code, what is missing as a sentence, and where to settle it."""

    code: str
    what: str
    url: str = ""


Asked = Callable[[Case], list[Veto]]
Judged = Callable[[Case], bool]
_VETOES: list[Asked] = []
_GRAVE: list[Judged] = []
_ANSWERS: list[Judged] = []


def veto(function: Asked) -> Asked:
    """Ask this function too before a case is closed; it answers in a number of queries that no row adds to."""
    if function not in _VETOES:
        _VETOES.append(function)
    return function


def grave(function: Judged) -> Judged:
    """Ask this function too whether a second person must agree to the closing (HS-19), such as for a high risk."""
    if function not in _GRAVE:
        _GRAVE.append(function)
    return function


def answer(function: Judged) -> Judged:
    """Ask this function too whether something was decided or done for the concern, such as a referral (R-46)."""
    if function not in _ANSWERS:
        _ANSWERS.append(function)
    return function


def is_answered(case: Case) -> bool:
    """Whether one of the registered functions knows of an answer to the concern since the case was opened or reopened."""
    return any(function(case) for function in _ANSWERS)


def vetoes(case: Case) -> list[Veto]:
    """Everything that keeps this case open, in the order of registration; empty when it may be closed."""
    return [found for function in _VETOES for found in function(case)]


def is_grave(case: Case) -> bool:
    """Whether one of the registered functions asks for a second person."""
    return any(function(case) for function in _GRAVE)
