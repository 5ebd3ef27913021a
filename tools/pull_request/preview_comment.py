"""The Markdown of a pull request's comment, and of the nightly report: what would change, where."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.changes.plan import Plan
from tools.changes.thing import danger, title
from tools.pull_request import plan_diff
from tools.pull_request.markdown import LIMIT, code, details, fence, plain, shares, size
from tools.pull_request.stack_run import Preview

COUNTED = {
    "create": "+ create",
    "update": "~ update",
    "delete": "- delete",
    "replace": "± replace",
    "import": "= adopt",
}
ROOM = 2_000  # characters kept free for what is added around the parts that are cut
MOST_ROWS = 100  # of the table, and of the dangers: more stacks than that are counted


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the report is called, and what its reader wants to know of it.

    Attributes:
        mark: the first line, invisible, by which the comment is found again.
        heading: the title.
        nothing: said when there is no stack to look at.
        changed: what is said of a stack with changes.
        same: what is said of one without.
        ending: the last paragraph, as Markdown.
        hint: what a terminal shows in its place.
    """

    mark: str
    heading: str
    nothing: str
    changed: str
    same: str
    ending: str
    hint: str


PULL_REQUEST = Words(
    mark="<!-- tapal: preview -->",
    heading="tapal: what this change would do",
    nothing="No stack is concerned: neither a stack's file nor the program changed.",
    changed="would change",
    same="stays as it is",
    ending="Nothing was touched yet: `up` runs when this is merged. The same look by hand: "
    "`make preview STACK=…`.",
    hint="Nothing was touched yet.",
)
DRIFT = Words(
    mark="<!-- tapal: drift -->",
    heading="tapal: what has drifted",
    nothing="There is no stack to look at.",
    changed="drifted",
    same="as its file says",
    ending="The lines marked `-` are there now, those marked `+` are what the stack's file and the "
    "program say. `make up STACK=…` puts it right, unless the change is wanted: then write it into "
    "the stack's file. This issue closes itself when all is as it should be.",
    hint="What is marked - is there now; what is marked + the stack's file and the program say. "
    "make up STACK=… puts it right; or write into the stack's file what is to stay.",
)


def write(previews: Sequence[Preview], gone: Sequence[str], words: Words, *, link: str = "") -> str:
    """Return the whole report, no longer than GitHub takes.

    Args:
        previews: what was found, in the order in which it is to be shown.
        gone: what is to be said of stacks whose files were deleted, one sentence each.
        words: what kind of report it is.
        link: address of the run that made it, if it has one.
    """
    head = [words.mark, f"## {words.heading}", "", summary(previews, words)]
    for block in (_alerts(previews, gone), _table(previews, words)):
        head += ["", *block] if block else []
    foot = [words.ending + (f" [This run]({link})." if link else "")]
    parts = [part for preview in previews for part in _parts(preview)]
    room = LIMIT - ROOM - size("\n".join((*head, *foot)))
    kept = shares([size(part.whole()) for part in parts], room)
    shown = [part.cut(length) for part, length in zip(parts, kept, strict=True)]
    return "\n\n".join(("\n".join(head), *filter(None, shown), *foot)) + "\n"


def summary(previews: Sequence[Preview], words: Words) -> str:
    """Return how many stacks there are of each kind, in a sentence."""
    if not previews:
        return words.nothing
    failed = sum(bool(preview.failure) for preview in previews)
    changed = sum(preview.changes and not preview.failure for preview in previews)
    same = len(previews) - failed - changed
    told = [(failed, "failed"), (changed, words.changed), (same, words.same)]
    stacks = "1 stack" if len(previews) == 1 else f"{len(previews)} stacks"
    return f"{stacks}: " + ", ".join(f"{count} {what}" for count, what in told if count) + "."


def _alerts(previews: Sequence[Preview], gone: Sequence[str]) -> list[str]:
    """Return what must not be overlooked, as a Markdown list."""
    found = [f"- ⚠ {plain(sentence)}" for sentence in gone]
    for preview in previews:
        for step in preview.plan.steps if preview.plan else ():
            lost = danger(step)
            if lost:
                what = f"**{step.kind}** {code(title(step))}"
                found.append(f"- ⚠ {code(preview.stack)}: {what}: {plain(lost)}.")
    more = [f"- ⚠ and {len(found) - MOST_ROWS} more"] * (len(found) > MOST_ROWS)
    return [*found[:MOST_ROWS], *more]


def _table(previews: Sequence[Preview], words: Words) -> list[str]:
    if not previews:
        return []
    rows = [
        "| stack | | " + " | ".join(COUNTED.values()) + " |",
        "|---|---|" + "--:|" * len(COUNTED),
    ]
    for preview in previews[:MOST_ROWS]:
        told = preview.plan or Plan(steps=(), unchanged=0, errors=(), warnings=())
        numbers = [str(told.count(kind) or "") for kind in COUNTED]
        cells = [code(preview.stack), state(preview, words), *numbers]
        rows.append(f"| {' | '.join(cells)} |")
    if len(previews) > MOST_ROWS:
        rows.append(f"| and {len(previews) - MOST_ROWS} more |" + " |" * (len(COUNTED) + 1))
    return rows


def state(preview: Preview, words: Words) -> str:
    """Return how it is with a stack, in a word or two."""
    if preview.failure:
        return "✗ failed"
    return words.changed if preview.changes else f"✓ {words.same}"


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One foldable part of the report, which may be cut short."""

    summary: str
    lines: Sequence[str]
    language: str  # of the fence that the lines stand in; "list" if they are items
    opened: bool = False
    cure: str = ""

    def whole(self) -> str:
        return self._shown(self.lines)

    def cut(self, length: int) -> str:
        """Return the part with as many lines as fit, and a word on how many do not."""
        if size(self.whole()) <= length:
            return self.whole()
        low, high = 0, len(self.lines)
        while low < high:
            middle = (low + high + 1) // 2
            if size(self._shown([*self.lines[:middle], self._rest(middle)])) <= length:
                low = middle
            else:
                high = middle - 1
        shown = self._shown([*self.lines[:low], self._rest(low)])
        return shown if size(shown) <= length else ""

    def _rest(self, shown: int) -> str:
        return f"# … {len(self.lines) - shown} more lines did not fit here: {self.cure}"

    def _shown(self, lines: Sequence[str]) -> str:
        if self.language == "list":
            return "\n".join((self.summary, "", *(f"- {plain(line)}" for line in lines)))
        body = fence("\n".join(lines), self.language)
        return details(self.summary, body, opened=self.opened)


def _parts(preview: Preview) -> list[_Part]:
    name, cure = code(preview.stack), f"make preview STACK={preview.stack}"
    why = f": {plain(preview.reason)}" if preview.reason else ""
    found = []
    if preview.failure:
        lines = preview.failure.splitlines()
        summary = f"✗ {name} failed{why}"
        found.append(_Part(summary=summary, lines=lines, language="text", opened=True, cure=cure))
    if preview.plan and preview.plan.steps:
        lines = plan_diff.lines(preview.plan)
        number = len(preview.plan.steps)
        changes = "1 change" if number == 1 else f"{number} changes"
        summary = f"{name}: {changes}, {preview.plan.unchanged} unchanged{why}"
        opened = not preview.failure
        found.append(_Part(summary=summary, lines=lines, language="diff", opened=opened, cure=cure))
    if preview.plan and preview.plan.warnings:
        summary = f"Worth knowing of {name}:"
        warnings = preview.plan.warnings
        found.append(_Part(summary=summary, lines=warnings, language="list", cure=cure))
    return found
