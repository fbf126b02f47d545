"""The one family of errors that a user can put right."""


class ScreeningError(Exception):
    """Something the user can put right: says what was found, where, and what to do next."""


class ReadError(ScreeningError):
    """A file that cannot be read as what it claims to be."""


class ProtocolError(ScreeningError):
    """A protocol file with an error in it; the message names the line."""


class StoreError(ScreeningError):
    """A request that the store refuses: an unknown id, a decision that is not allowed."""
