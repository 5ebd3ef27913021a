"""Verdicts, read from messages as Postfix and rspamd store them."""

import pytest

from mail.message import verdict
from mail.message.verdict import Verdict

STORED = """\
Return-Path: <i@tapal.test>
X-Original-To: you@receiver.test
Delivered-To: you@receiver.test
Received: from smtp.tapal.test (smtp.tapal.test [IPv6:2001:db8:113::10])
\t(using TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits)
\t key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256)
\t(No client certificate requested)
\tby mx.receiver.test (Postfix) with ESMTPS id 4dFk3x1zWJz2xkX
\tfor <you@receiver.test>; Tue, 24 Nov 2026 09:00:07 +0000 (UTC)
Authentication-Results: mx.receiver.test;
\tdkim=pass header.d=tapal.test header.s=2026a header.b=Abc+/d;
\tdkim=pass header.d=tapal.test header.s=2026e header.b="x=y";
\tdmarc=pass (policy=quarantine) header.from=tapal.test;
\tspf=pass (mx.receiver.test: domain of i@tapal.test designates 2001:db8:113::10 as
\t permitted sender) smtp.mailfrom=i@tapal.test
X-Spamd-Result: default: False [-0.80 / 15.00];
\tDMARC_POLICY_ALLOW(-0.50)[tapal.test,quarantine];
\tR_SPF_ALLOW(-0.20)[+a:smtp.tapal.test];
\tMIME_TRACE(0.00)[0:+]
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=tapal.test; s=2026a;
\tt=1795000000; h=from:to; bh=aaa=; b=bbb
\tccc=
DKIM-Signature: v=1; a=ed25519-sha256; d=tapal.test; s=2026e; h=from; bh=a; b=c
Authentication-Results: smtp.tapal.test; spf=fail; dkim=fail header.d=evil.test header.s=x
Received: from [127.0.0.1] by smtp.tapal.test (chasquid) with ESMTPSA;
\tTue, 24 Nov 2026 09:00:05 +0000
Date: Tue, 24 Nov 2026 14:30:05 +0530
From: i@tapal.test
Message-ID: <1@tapal.test>
Subject: hello

DKIM-Signature: not a header
"""
RECEIVED = STORED[STORED.index("Received:") : STORED.index("Authentication-Results:")]


def read(*changes: tuple[str, str]) -> Verdict:
    text = STORED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return verdict.read(text.encode())


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_good_mail(line_end: str) -> None:
    found = verdict.read(STORED.replace("\n", line_end).encode())
    assert (found.spf, found.dmarc, found.dmarc_policy) == ("pass", "pass", "quarantine")
    assert [(one.result, one.selector, one.algorithm) for one in found.dkim] == [
        ("pass", "2026a", "rsa-sha256"),
        ("pass", "2026e", "ed25519-sha256"),
    ]
    assert {one.domain for one in found.dkim} == {"tapal.test"}
    way = found.transport
    assert (way.tls, way.cipher) == ("TLSv1.3", "TLS_AES_128_GCM_SHA256")
    assert (way.helo, way.ptr, way.by) == ("smtp.tapal.test", "smtp.tapal.test", "mx.receiver.test")
    assert (way.client, way.family) == ("2001:db8:113::10", "IPv6")
    assert (found.score, found.seconds) == (-0.8, 2.0)
    assert found.symbols["R_SPF_ALLOW"] == -0.2
    assert found.message_id == "<1@tapal.test>"
    assert found.passed
    assert found.problems(("2026a", "2026e")) == []


SECOND = "dkim=pass header.d=tapal.test header.s=2026e"
PLAIN = """\
Received: from smtp.tapal.test (smtp.tapal.test [203.0.113.10])
\tby mx.receiver.test (Postfix) with ESMTP id X; Tue, 24 Nov 2026 09:00:07 +0000
"""
BY = "Authentication-Results: mx.receiver.test;"
NOTHING = ["spf-not-passed", "dmarc-not-passed", "dkim-missing", "dkim-missing"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("spf=pass", "spf=softfail")], ["spf-not-passed"]),
        ([("dmarc=pass (policy=quarantine)", 'dmarc=fail reason="no"')], ["dmarc-not-passed"]),
        (
            [(SECOND, SECOND.replace("pass", 'fail ("bad; hash")'))],
            ["dkim-not-passed"],
        ),
        ([(SECOND, "x=pass")], ["dkim-missing"]),
        ([("(smtp.tapal.test [IPv6", "(unknown [IPv6")], ["rdns-missing"]),
        ([("(smtp.tapal.test [IPv6", "(vmi1.provider.test [IPv6")], ["helo-not-ptr"]),
        ([(RECEIVED, PLAIN)], ["no-tls"]),
        ([("[-0.80 /", "[4.10 /"), ("MIME_TRACE(0.00)", "RDNS_NONE(4.50)")], ["spam-score"]),
        ([(BY, "Authentication-Results: mx.evil.test;")], NOTHING),
        ([(BY, "Authentication-Results: (((")], NOTHING),
    ],
)
def test_problems(changes: list[tuple[str, str]], expected: list[str]) -> None:
    found = read(*changes)
    problems = found.problems(("2026a", "2026e"))
    assert [one.id for one in problems] == expected
    assert all(one.cure and one.reason for one in problems)


def test_ipv4_and_other_forms() -> None:
    found = read(("[IPv6:2001:db8:113::10]", "[203.0.113.10]"))
    assert found.transport.family == "IPv4"
    assert verdict.read(STORED.encode(), "smtp.tapal.test").spf == "fail"
    unscored = read(("X-Spamd-Result", "X-Other"))
    assert unscored.score is None
    assert unscored.passed


def test_no_signature_at_all_is_a_problem_without_being_told_selectors() -> None:
    found = verdict.read(STORED.replace("dkim=pass", "x=pass").encode())
    assert [one.id for one in found.problems()] == ["dkim-missing"]
    assert not found.passed


@pytest.mark.parametrize("raw", [b"", b"Subject: x\n\nReceived: from a\n", b"Received: by x\n\n"])
def test_what_no_receiver_stored_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="Received"):
        verdict.read(raw)
