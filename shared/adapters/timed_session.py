"""An HTTP session for calls that must end: a timeout on each, nothing repeated, nothing taken from the machine."""

from typing import Any

from requests import Response, Session


class TimedSession(Session):
    """
    :param connect_seconds: for the connection
    :param silence_seconds: without a byte while the answer is awaited
    """

    def __init__(self, *, connect_seconds: int, silence_seconds: int) -> None:
        super().__init__()
        self._timeouts = (connect_seconds, silence_seconds)
        # A proxy or a netrc file of the machine must not redirect or replace the account's own key.
        self.trust_env = False
        self.max_redirects = 0

    def request(self, *args: Any, **kwargs: Any) -> Response:
        kwargs["timeout"] = self._timeouts
        return super().request(*args, **kwargs)
