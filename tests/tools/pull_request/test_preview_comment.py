"""The comment of a pull request: what it says, that it fits, and that nothing in it runs wild."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.tools.pull_request.test_markdown import TEXT
from tools.changes import thing
from tools.changes.plan import UNKNOWN, Plan, PlanError, Step, read
from tools.pull_request import plan_diff, preview_comment
from tools.pull_request.markdown import LIMIT, size
from tools.pull_request.preview_comment import DRIFT, PULL_REQUEST
from tools.pull_request.secret_filter import SecretFilter
from tools.pull_request.stack_run import Preview

GOLDEN = Path(__file__).parent / "golden"
PARSER = MarkdownIt("commonmark").enable("table")
REFUSAL = """the stack's configuration has 2 things to put right; nothing was touched:
  - host.ipv4: 10.0.0.1 is not public: no receiver can connect to it, nor judge mail from it
      cure: write the public IPv4 address that your provider shows
      rule: ip-not-public, RFC 6890 §2.2
  - domains[0].dmarc.policy: 'rejct' is not one of none, quarantine, reject
      cure: write 'reject'
      rule: dmarc-policy, RFC 9989 §4.7"""
EMPTY = Plan(steps=(), unchanged=70, errors=(), warnings=())


def recorded() -> Plan:
    """Return the plan that Pulumi printed for a change of the lab's stack."""
    return read((GOLDEN / "plan.json").read_text(encoding="utf-8"))


def preview(plan: Plan | None, *, stack: str = "tapal.test", failure: str = "") -> Preview:
    return Preview(stack=stack, reason="its file changed", plan=plan, failure=failure)


def record(kind: str, content: str, *, name: str = "tapal.test") -> Step:
    properties = {"content": content, "name": name, "type": "TXT"}
    return Step(
        kind=kind,
        type="cloudflare:index/dnsRecord:DnsRecord",
        name="some-record",
        old={} if kind in ("create", "import") else properties,
        new={} if kind == "delete" else properties,
    )


def plan(*steps: Step, warnings: tuple[str, ...] = ()) -> Plan:
    return Plan(steps=steps, unchanged=0, errors=(), warnings=warnings)


def blocks(markdown: str) -> list[Token]:
    return [token for token in PARSER.parse(markdown) if token.type == "fence"]


def test_the_comment_is_the_golden_one() -> None:
    """Set TAPAL_GOLDEN=write to write it anew, and read what changed in it."""
    written = preview_comment.write(
        [
            preview(recorded()),
            preview(EMPTY, stack="second.test"),
            preview(replace(EMPTY, errors=(REFUSAL,)), stack="third.test", failure=REFUSAL),
        ],
        ["stacks/Pulumi.old.test.yaml is deleted, and its stack is still up"],
        PULL_REQUEST,
        link="https://github.com/me/mail/actions/runs/1",
    )
    file = GOLDEN / "comment.md"
    if os.environ.get("TAPAL_GOLDEN") == "write":
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


def test_dangerous_steps_come_first_and_are_listed_on_top() -> None:
    comment = preview_comment.write([preview(recorded())], [], PULL_REQUEST)
    top, _, rest = comment.partition("| stack |")
    assert "DKIM key 2026e of tapal.test" in top
    assert "TXT 2026e" in top
    marks = [line.endswith(" ⚠") for line in rest.splitlines() if re.match(r"[-+!] \w+ ", line)]
    assert marks == sorted(marks, reverse=True)
    assert sum(marks) == 2


def test_a_replacement_is_one_change() -> None:
    told = {
        "steps": [
            {"op": op, "urn": "urn:pulumi:s::tapal::a:B$c:dynamic/tapal:HostStep::start"}
            for op in ("create-replacement", "replace", "delete-replaced", "refresh", "same")
        ]
    }
    assert [step.kind for step in read(json.dumps(told)).steps] == ["replace"]


def test_a_component_is_no_change_of_its_own() -> None:
    told = {
        "steps": [
            {
                "op": "create",
                "urn": f"urn:pulumi:s::tapal::{kind}::name",
                "newState": {"custom": custom, "inputs": {}},
            }
            for kind, custom in (("pulumi:pulumi:Stack", False), ("x:HostFile", True))
        ]
    }
    assert [thing.kind(step) for step in read(json.dumps(told)).steps] == ["HostFile"]


def test_what_is_not_known_yet_is_said_so() -> None:
    told = {
        "steps": [
            {
                "op": "create",
                "urn": "urn:pulumi:s::tapal::cloudflare:index/dnsRecord:DnsRecord::r",
                "newState": {"inputs": {"content": UNKNOWN, "name": "x.test", "type": "TXT"}},
            }
        ]
    }
    lines = plan_diff.lines(read(json.dumps(told)))
    assert lines == ["+ create TXT x.test", "+     content: [not known yet]"]


def test_a_changed_secret_is_not_shown_but_said() -> None:
    users = {"content": "[secret]", "path": "/etc/chasquid/domains/tapal.test/users"}
    step = Step(kind="update", type="x:HostFile", name="users", old=users, new=users)
    assert plan_diff.lines(plan(step)) == [
        "! update file /etc/chasquid/domains/tapal.test/users",
        "!     content: [secret], which is not shown",
    ]


def test_a_folders_files_are_compared_one_by_one() -> None:
    old = {"path": "/f", "mode": "0644", "files": {"a": "one\ntwo\n", "b": "same\n", "c": "x\ny\n"}}
    new = {"path": "/f", "mode": "0644", "files": {"a": "one\n2\n", "b": "same\n"}}
    step = Step(kind="update", type="x:HostFolder", name="f", old=old, new=new)
    assert plan_diff.lines(plan(step)) == [
        "! update folder /f",
        "      a:",
        "          one",
        "-         two",
        "+         2",
        "      c:",
        "-         x",
        "-         y",
    ]
    made = Step(kind="create", type="x:HostFolder", name="f", old={}, new=new)
    assert plan_diff.lines(plan(made)) == [
        "+ create folder /f",
        "+     mode: 0644",
        "+     files: a, b",
    ]


def test_a_long_new_file_shows_its_beginning() -> None:
    step = Step(
        kind="create",
        type="x:HostFile",
        name="f",
        old={},
        new={"path": "/f", "content": "".join(f"line {n}\n" for n in range(40))},
    )
    lines = plan_diff.lines(plan(step))
    assert lines[-1] == "+         … and 28 more lines"
    assert len(lines) == 15


def test_the_refusal_is_there_word_for_word() -> None:
    comment = preview_comment.write([preview(None, failure=REFUSAL)], [], PULL_REQUEST)
    assert blocks(comment)[0].content.rstrip("\n") == REFUSAL
    assert "1 stack: 1 failed." in comment


def test_no_stack_is_said_in_a_sentence() -> None:
    comment = preview_comment.write([], [], PULL_REQUEST)
    assert "No stack is concerned" in comment
    assert "|" not in comment


def test_drift_has_words_of_its_own() -> None:
    report = preview_comment.write([preview(recorded()), preview(EMPTY, stack="b.test")], [], DRIFT)
    assert report.startswith("<!-- tapal: drift -->\n")
    assert "2 stacks: 1 drifted, 1 as its file says." in report


def test_what_is_no_plan_is_an_error() -> None:
    for text in ("", "error: no", "[]"):
        with pytest.raises(PlanError):
            read(text)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 90), min_size=1, max_size=5),
    st.sampled_from(["x" * 700, "😀" * 300, "`" * 300, "\u202e" * 100, "a\nb\n" * 200]),
)
def test_it_always_fits_and_says_what_it_left_out(sizes: list[int], content: str) -> None:
    previews = [
        preview(plan(*[record("create", content)] * count, warnings=(content,)), stack=f"{n}.test")
        for n, count in enumerate(sizes)
    ]
    comment = preview_comment.write(previews, [], PULL_REQUEST)
    assert size(comment) <= LIMIT
    assert comment.count("<details") == comment.count("</details>")
    shown = [token for token in blocks(comment) if token.info == "diff"]
    assert len(shown) == sum(count > 0 for count in sizes)
    whole = sum(len("\n".join(plan_diff.lines(p.plan))) for p in previews if p.plan)
    if whole > LIMIT:
        assert "more lines did not fit here: make preview STACK=" in comment


def test_a_small_stack_is_whole_beside_a_large_one() -> None:
    small = preview(plan(record("update", "v=spf1 ~all"), record("delete", "end")), stack="s.test")
    large = preview(plan(*[record("create", "x" * 900)] * 200), stack="l.test")
    comment = preview_comment.write([large, small], [], PULL_REQUEST)
    assert blocks(comment)[1].content.splitlines() == plan_diff.lines(small.plan or EMPTY)
    assert size(comment) > LIMIT * 0.9


def test_a_thousand_stacks_still_fit() -> None:
    many = [
        preview(plan(record("delete", "x" * 200)), stack=f"{number}.example", failure=REFUSAL)
        for number in range(1000)
    ]
    gone = [f"stacks/Pulumi.{number}.old.yaml is deleted" for number in range(1000)]
    comment = preview_comment.write(many, gone, PULL_REQUEST)
    assert size(comment) <= LIMIT
    assert "and 900 more" in comment


@given(TEXT, TEXT, TEXT)
def test_nothing_in_it_becomes_markdown(content: str, failure: str, warning: str) -> None:
    told = plan(record("create", content), record("delete", content), warnings=(warning,))
    comment = preview_comment.write([preview(told, failure=f"x{failure}")], [warning], PULL_REQUEST)
    found = blocks(comment)
    assert [token.info for token in found] == ["text", "diff"]
    outside = [token for token in PARSER.parse(comment) if token.type == "inline"]
    kinds = {child.type for token in outside for child in token.children or []}
    assert kinds <= {
        "text",
        "html_inline",
        "strong_open",
        "strong_close",
        "softbreak",
        "code_inline",
    }
    tags = {
        child.content
        for token in outside
        for child in token.children or []
        if child.type == "html_inline"
    }
    assert tags <= {"<code>", "</code>", "<!-- -->"}


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=12, max_size=40))
def test_a_secret_in_any_place_of_the_plan_is_taken_out(secret: str) -> None:
    told = {
        "steps": [
            {
                "op": "update",
                "urn": f"urn:pulumi:s::tapal::x:HostFile::{secret}",
                "oldState": {"inputs": {"content": f"a {secret}\nb"}},
                "newState": {"inputs": {"path": secret, "list": [{"deep": secret}]}},
            }
        ],
        "diagnostics": [
            {"severity": severity, "message": f"it says {secret}!"}
            for severity in ("warning", "error")
        ],
    }
    found = read(json.dumps(told), SecretFilter().knowing([secret]))
    failure = "\n".join(found.errors)
    comment = preview_comment.write([preview(found, failure=failure)], [], PULL_REQUEST)
    assert secret not in comment
    assert comment.count("[secret]") >= 4
