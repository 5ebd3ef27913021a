"""What a record of each type holds: checked, put into Cloudflare's form, and into DNS's.

A, AAAA, CNAME, MX, NS, PTR and TXT are given by ``content``; CAA, SRV, SSHFP and TLSA by
``data``, from which ``content`` is computed.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import dns.exception
import dns.rdata

from lab.cloudflare import errors, names, txt
from lab.cloudflare.errors import ApiError
from lab.cloudflare.json_types import JsonObject, JsonValue

DataFields = Mapping[str, int | str]


@dataclass(frozen=True, kw_only=True)
class Rdata:
    """Checked content: ``content`` as stored, ``data`` for the types that have it."""

    content: str
    priority: int | None = None
    data: DataFields | None = None


def check(record_type: str, content: str | None, priority: int | None, data: JsonObject) -> Rdata:
    """Return the record's content as Cloudflare stores it.

    Raises:
        ApiError: 400, saying what is missing or malformed, or that the lab has no such type.
    """
    if record_type in _BY_DATA:
        checked = _BY_DATA[record_type](_Data(record_type, data))
    elif record_type == "MX":
        checked = _mx(content, priority)
    elif record_type not in _BY_CONTENT:
        raise ApiError(400, errors.Problem(code=1004, message=_UNKNOWN.format(record_type)))
    elif content is None:
        raise ApiError(400, errors.required("content"))
    else:
        checked = Rdata(content=_BY_CONTENT[record_type](content), priority=priority)
    _refuse_what_dns_refuses(record_type, checked)
    return checked


def presentation(record_type: str, rdata: Rdata) -> str:
    """Return the record's data as a zone file has it (RFC 1035 5.1), names absolute."""
    if record_type == "MX":
        return f"{rdata.priority} {_absolute(rdata.content)}"
    if record_type == "SRV":
        weight_port, _, target = rdata.content.rpartition(" ")
        return f"{rdata.priority} {weight_port} {_absolute(target)}"
    return _absolute(rdata.content) if record_type in {"CNAME", "NS", "PTR"} else rdata.content


def _refuse_what_dns_refuses(record_type: str, checked: Rdata) -> None:
    # dnspython knows lengths that depend on another field, such as that of a TLSA digest.
    try:
        dns.rdata.from_text("IN", record_type, presentation(record_type, checked))
    except dns.exception.DNSException as error:
        raise ApiError(400, errors.bad_content(record_type)) from error


def _absolute(name: str) -> str:
    return name if name.endswith(".") else f"{name}."


def _address4(content: str) -> str:
    try:
        return str(ipaddress.IPv4Address(content.strip()))
    except ValueError as error:
        raise ApiError(400, errors.BAD_A) from error


def _address6(content: str) -> str:
    try:
        return str(ipaddress.IPv6Address(content.strip()))
    except ValueError as error:
        raise ApiError(400, errors.BAD_AAAA) from error


def _target(record_type: str) -> Callable[[str], str]:
    def check_target(content: str) -> str:
        if _is_address(content):
            raise ApiError(400, _bad_target(record_type))
        try:
            return names.hostname(content.strip())
        except ApiError as error:
            raise ApiError(400, _bad_target(record_type)) from error

    return check_target


def _bad_target(record_type: str) -> errors.Problem:
    return errors.BAD_CNAME if record_type == "CNAME" else errors.bad_content(record_type)


def _is_address(content: str) -> bool:
    try:
        ipaddress.ip_address(content.strip())
    except ValueError:
        return False
    return True


def _mx(content: str | None, priority: int | None) -> Rdata:
    problems = [] if priority is not None else [errors.required("priority")]
    if content is None:
        problems.append(errors.required("content"))
    elif _is_address(content):
        problems.append(errors.MX_IS_ADDRESS)
    if problems or content is None:
        raise ApiError(400, *problems)
    if content.strip() == ".":  # RFC 7505: this domain takes no mail
        return Rdata(content=".", priority=priority)
    return Rdata(content=_target("MX")(content), priority=priority)


class _Data:
    """The ``data`` of one record, read field by field."""

    def __init__(self, record_type: str, fields: JsonObject) -> None:
        if not fields:
            raise ApiError(400, errors.required("data"))
        self._type = record_type
        self._fields = fields

    def _field(self, key: str) -> JsonValue:
        value = self._fields.get(key)
        if value is None:
            raise ApiError(400, errors.required(f"data.{key}"))
        return value

    def number(self, key: str, limit: int) -> int:
        value = self._field(key)
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not fits or not 0 <= float(str(value)) <= limit or float(str(value)) % 1:
            raise ApiError(400, errors.bad_content(self._type))
        return int(float(str(value)))

    def text(self, key: str, pattern: str) -> str:
        value = self._field(key)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ApiError(400, errors.bad_content(self._type))
        return value


def _caa(data: _Data) -> Rdata:
    fields: DataFields = {
        "flags": data.number("flags", 255),
        "tag": data.text("tag", "[A-Za-z0-9]+").lower(),
        "value": data.text("value", r"[^\n\r\"]*"),
    }
    content = f'{fields["flags"]} {fields["tag"]} "{fields["value"]}"'
    return Rdata(content=content, data=fields)


def _srv(data: _Data) -> Rdata:
    priority = data.number("priority", 65535)
    weight, port = data.number("weight", 65535), data.number("port", 65535)
    target = data.text("target", r"\S+")
    target = target if target == "." else _target("SRV")(target)
    fields: DataFields = {"port": port, "priority": priority, "target": target, "weight": weight}
    return Rdata(content=f"{weight} {port} {target}", priority=priority, data=fields)


def _sshfp(data: _Data) -> Rdata:
    fields: DataFields = {
        "algorithm": data.number("algorithm", 255),
        "fingerprint": data.text("fingerprint", "(?:[0-9A-Fa-f]{2})+").lower(),
        "type": data.number("type", 255),
    }
    content = f"{fields['algorithm']} {fields['type']} {fields['fingerprint']}"
    return Rdata(content=content, data=fields)


def _tlsa(data: _Data) -> Rdata:
    keys = ("usage", "selector", "matching_type")
    numbers = {key: data.number(key, 255) for key in keys}
    certificate = data.text("certificate", "(?:[0-9A-Fa-f]{2})+").lower()
    content = " ".join([*(str(numbers[key]) for key in keys), certificate])
    return Rdata(content=content, data={**numbers, "certificate": certificate})


_UNKNOWN = "The lab has no records of type {}."
_BY_CONTENT: Mapping[str, Callable[[str], str]] = {
    "A": _address4,
    "AAAA": _address6,
    "CNAME": _target("CNAME"),
    "NS": _target("NS"),
    "PTR": _target("PTR"),
    "TXT": txt.normalise,
}
_BY_DATA: Mapping[str, Callable[[_Data], Rdata]] = {
    "CAA": _caa,
    "SRV": _srv,
    "SSHFP": _sshfp,
    "TLSA": _tlsa,
}
