"""Conflicts between one record and the others of its zone."""

from collections.abc import Iterable

from lab.cloudflare import errors
from lab.cloudflare.errors import ApiError
from lab.cloudflare.records import Record

TXT_LIMIT = 8192


def refuse_conflict(record: Record, others: Iterable[Record], zone: str) -> None:
    """Refuse ``record`` where Cloudflare, or DNS itself, would.

    The same name and type with other content is not a conflict; so a zone can hold two SPF records.

    Raises:
        ApiError: 400: 81058 identical, 81053 and 81054 beside a CNAME (RFC 1034 3.6.2), 81056
            beside a delegation, 83011 more than 8,192 characters of TXT at one name.
    """
    same_name = [other for other in others if other.name == record.name and other.id != record.id]
    if any(_same_data(record, other) for other in same_name):
        raise ApiError(400, errors.IDENTICAL)
    if record.type == "CNAME" and record.name == zone:
        raise ApiError(400, errors.APEX_CNAME)
    _refuse_beside_cname(record, same_name)
    if record.name != zone and any(_delegation_clash(record, other) for other in same_name):
        raise ApiError(400, errors.NS_TAKEN)
    _refuse_full_txt(record, same_name)


def _same_data(record: Record, other: Record) -> bool:
    return (record.type, record.content, record.priority) == (
        other.type,
        other.content,
        other.priority,
    )


def _refuse_beside_cname(record: Record, same_name: list[Record]) -> None:
    if record.type == "CNAME" and same_name:
        raise ApiError(400, errors.HOST_TAKEN)
    if any(other.type == "CNAME" for other in same_name):
        raise ApiError(400, errors.CNAME_TAKEN)


def _delegation_clash(record: Record, other: Record) -> bool:
    return (record.type == "NS") != (other.type == "NS")


def _refuse_full_txt(record: Record, same_name: list[Record]) -> None:
    if record.type != "TXT":
        return
    texts = [other.content for other in same_name if other.type == "TXT"]
    if sum(len(text) for text in [*texts, record.content]) > TXT_LIMIT:
        raise ApiError(400, errors.TXT_FULL)
