"""Values of a stack in their normal form, in which they are compared, published and written.

A value that has none stays as it was written: a rule reports it.
"""

import ipaddress
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from mail import address as names


def _lower(value: object) -> object:
    try:
        return names.domain(value) if isinstance(value, str) else value
    except names.AddressError:
        return value


def _compressed(value: object) -> object:
    # One spelling of an address: as name servers give it back (RFC 5952).
    try:
        address = ipaddress.ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return value
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if mapped is not None:  # which Python writes with dots since 3.13
        return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}"
    return value if address is None else str(address)


def _record_name(value: object) -> object:
    try:
        return names.dns_name(value) if isinstance(value, str) else value
    except names.AddressError:
        return value


def _account(value: object) -> object:
    # One spelling of an account: as chasquid stores it.
    try:
        return names.account(value.strip()) if isinstance(value, str) else value
    except names.AddressError:
        return value


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


def _port(value: object) -> object:
    # A port alone is a number to YAML; with its protocol it is text.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


IpAddress = Annotated[str, BeforeValidator(_compressed)]
DomainName = Annotated[str, BeforeValidator(_lower)]
RecordName = Annotated[str, BeforeValidator(_record_name)]
AccountName = Annotated[str, BeforeValidator(_account)]
Number = Annotated[int, BeforeValidator(_number)]
Port = Annotated[str, BeforeValidator(_port)]
