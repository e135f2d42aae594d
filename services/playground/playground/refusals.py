"""How Telegram says no: a status, and a text that client libraries match on word for word."""

from typing import Any, NoReturn


class Refusal(Exception):
    """The answer to a call that Telegram would not carry out.

    Attributes:
        status: HTTP status, also `error_code` in the answer.
        description: Telegram's text, with its prefix, such as `Bad Request: chat not found`.
        parameters: What the client may act on, such as `{"retry_after": 3}`.
    """

    def __init__(
        self, status: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Return the body of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> NoReturn:
    """Refuse with 400 and `reason` behind Telegram's prefix."""
    raise Refusal(400, f"Bad Request: {reason}")


def conflict(reason: str) -> NoReturn:
    """Refuse with 409: two ways of getting updates exclude each other."""
    raise Refusal(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> NoReturn:
    """Refuse with 429 and the seconds to wait."""
    raise Refusal(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


BLOCKED = "Forbidden: bot was blocked by the user"
CHAT_NOT_FOUND = "chat not found"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
WEBHOOK_IS_SET = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
