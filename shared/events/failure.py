"""How a run that nobody waits for fails."""


class RunFailed(Exception):
    """Raised in place of whatever went wrong: the platform prints what a function raises, and the text of an
    exception may quote a person's data. It carries the name of the exception's type; the log has where it rose.
    """
