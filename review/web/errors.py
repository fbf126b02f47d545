"""Refusals with the status that a browser is answered with; nothing was written."""

from __future__ import annotations

from data.errors import ScreeningError


class Refused(ScreeningError):
    """A request that is not carried out.

    Attributes
    ----------
    status : int
        HTTP status.
    code : str
        One word for the page's script to act on.
    """

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def not_found(message: str) -> Refused:
    """404."""
    return Refused(message, status=404, code="not_found")


def conflict(message: str, *, code: str = "conflict") -> Refused:
    """409: right in itself, but not as things stand now."""
    return Refused(message, status=409, code=code)
