"""Request bodies and headers, read strictly: what is doubtful is refused at once (400), never guessed."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from jingwei.platform.documents.command import Claim
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor

MOST_BYTES = 20 * 1024 * 1024
DEEPEST = 20
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def invalid(message: Any) -> Refusal:
    return Refusal(Problem("json.invalid", message, status=400))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise invalid(_("A key is given twice in one object."))
    return found


def _constant(name: str) -> Any:
    raise invalid(_("%(name)s is not a number.") % {"name": name})


def _decimal(text: str) -> Decimal:
    if len(text) > 60:
        raise invalid(_("A number has too many digits."))
    return Decimal(text)


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= 18 else _decimal(text)


def read_json(data: bytes) -> Any:
    """Parse JSON: no duplicate keys, NaN, deep nesting or trailing bytes; fractions become Decimal."""
    if len(data) > MOST_BYTES:
        raise Refusal(Problem("body.too_large", _("The request is larger than 20 MB."), status=413))
    depth = deepest = 0
    for byte in re.finditer(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', data):
        mark = byte[0]
        depth += 1 if mark in b"[{" else -1 if mark in b"]}" else 0
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            raise invalid(_("The JSON is nested too deeply."))
    try:
        read = json.loads(
            data, object_pairs_hook=_once, parse_constant=_constant, parse_float=_decimal, parse_int=_integer
        )
        if _HALF.search(data):  # a pair of them is one character; half of one is none, and no message could repeat it
            json.dumps(read, ensure_ascii=False, default=str).encode()
        return read
    except UnicodeEncodeError:
        raise invalid(_("The text holds half of a character.")) from None
    except UnicodeDecodeError:
        raise invalid(_("The body is not UTF-8.")) from None
    except ValueError as error:
        raise invalid(_("The body is not JSON: %(why)s.") % {"why": error}) from None


class StrictParser(Parser):
    """ninja's parser with `read_json`."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read_json(request.body)


def seen_version(request: HttpRequest) -> int:
    """The version in `If-Match`; 428 without it, so that nobody overwrites what they never saw."""
    given = request.META.get("HTTP_IF_MATCH", "").strip().strip('"')
    if not given:
        raise Refusal(
            Problem(
                "version.missing",
                _("The request does not say which version it changes."),
                _('Send the version you read in the header If-Match, such as If-Match: "3".'),
                status=428,
            )
        )
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise Refusal(Problem("version.invalid", _("If-Match must carry a version number."), status=400))
    return int(given)


def claim_of(request: HttpRequest, actor: Actor, body: Any) -> Claim:
    """The idempotency key of a create or action; 400 without it."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "").strip()
    if not key:
        raise Refusal(
            Problem(
                "idempotency.missing",
                _("The request has no Idempotency-Key, so a repeated one could act twice."),
                _("Send a new random key with each new create or action."),
                status=400,
            )
        )
    if not re.fullmatch(r"[\x21-\x7e]{1,80}", key):
        message = _("An Idempotency-Key has 1 to 80 visible ASCII characters.")
        raise Refusal(Problem("idempotency.invalid", message, status=400))
    return Claim.of(actor.principal, f"{request.method} {request.path}"[:120], key, body)
