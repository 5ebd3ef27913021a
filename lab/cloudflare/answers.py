"""Cloudflare's envelope: every answer is ``{result, success, errors, messages, result_info}``."""

import json

from aiohttp import web

from lab.cloudflare.errors import ApiError, Problem
from lab.cloudflare.filters import Page
from lab.cloudflare.json_types import JsonValue

# Cloudflare's own message where it refuses a request before reading it.
_TROUBLE = {
    429: Problem(code=971, message="Please wait and consider throttling your request speed"),
}
_INTERNAL = Problem(code=1000, message="Internal server error")


def success(result: JsonValue, message: Problem | None = None) -> web.Response:
    """Return 200 with ``result``."""
    messages = [] if message is None else [_shown(message)]
    return _answer(200, {"result": result, "success": True, "errors": [], "messages": messages})


def listing(page: Page) -> web.Response:
    """Return 200 with one page of a list."""
    return _answer(
        200,
        {
            "result": page.items,
            "success": True,
            "errors": [],
            "messages": [],
            "result_info": page.info(),
        },
    )


def failure(error: ApiError) -> web.Response:
    """Return the answer that refuses a request."""
    return _answer(
        error.status,
        {
            "result": None,
            "success": False,
            "errors": [_shown(problem) for problem in error.problems],
            "messages": [],
        },
    )


def trouble(status: int, retry_after: int | None) -> web.Response:
    """Return the answer of an API in trouble, with a ``retry-after`` in seconds if given."""
    answer = failure(ApiError(status, _TROUBLE.get(status, _INTERNAL)))
    if retry_after is not None:
        answer.headers["retry-after"] = str(retry_after)
    return answer


def _shown(problem: Problem) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {"code": problem.code, "message": problem.message}
    if problem.chain:
        shown["error_chain"] = [_shown(inner) for inner in problem.chain]
    return shown


def _answer(status: int, body: dict[str, JsonValue]) -> web.Response:
    text = json.dumps(body, separators=(",", ":"))
    return web.Response(status=status, text=text, content_type="application/json")
