"""What becomes of a record is worked out once in a run, for all who need to know it."""

from collections import Counter
from collections.abc import Callable
from types import ModuleType

import pytest

from mail import dmarc
from mail.spf import publish
from tests.components.example import STACK, declare

DOMAINS = len(STACK["domains"])


def counted(
    monkeypatch: pytest.MonkeyPatch, calls: Counter[str], module: ModuleType, name: str
) -> None:
    """Count the calls of a function of ``module``."""
    real: Callable[..., object] = getattr(module, name)

    def count(*arguments: object, **named: object) -> object:
        calls[name] += 1
        return real(*arguments, **named)

    monkeypatch.setattr(module, name, count)


def test_each_record_is_planned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    counted(monkeypatch, calls, publish, "domain_record")
    counted(monkeypatch, calls, dmarc, "record")
    declare(STACK)
    assert calls["domain_record"] == DOMAINS
    assert calls["record"] == DOMAINS
