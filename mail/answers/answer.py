r"""A receiver's answer, as chasquid's log quotes it: code, enhanced code, words.

chasquid 1.19 writes ``mx.example.: MAIL/RCPT failed: 550 "5.1.1 …\n5.1.1 …"``, and for what is
tried again ``all mail servers failed temporarily, last error: …`` before that. Earlier versions
write ``MAIL+RCPT 550 5.1.1 …``. What has no code was no answer: nobody was reached.
"""

import re
from dataclasses import dataclass

_LAST = re.compile(r".*?(?:last error: |\(last: )", re.DOTALL)
_SERVER = re.compile(r"(?P<server>[\w.-]+): (?P<rest>.*)", re.DOTALL)
_CODE = re.compile(r"(?<![\d.\w])(?P<code>[245]\d\d)[ -]\s*(?P<said>.*)", re.DOTALL)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ESCAPED = {r"\n": "\n", r"\"": '"', r"\\": "\\", r"\t": " ", r"\r": ""}
_DIALLED = re.compile(r"dial tcp (?:\[(?P<v6>[0-9a-fA-F:.]+)[^\]]*\]|(?P<v4>[0-9.]+)):25\b")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of an attempt.

    Attributes:
        server: who was asked; empty if nobody in particular.
        code: RFC 5321's, such as 550; 0 if nobody answered.
        enhanced: RFC 3463's, such as ``5.7.26``; empty if there is none.
        said: the words, each of the answer's lines once, without codes; or what went wrong.
        address: where nobody answered; empty if the log does not say.
    """

    server: str = ""
    code: int = 0
    enhanced: str = ""
    said: str = ""
    address: str = ""

    @property
    def codes(self) -> str:
        """Return both codes, as one writes them."""
        return " ".join(filter(None, (str(self.code or ""), self.enhanced)))


def read(text: str) -> Answer:
    """Return what ``text`` of the log says."""
    rest = _LAST.sub("", text, count=1)
    server = ""
    if named := _SERVER.match(rest):
        server, rest = named["server"].rstrip("."), named["rest"]
    found = _CODE.search(rest)
    if found is None:
        dialled = _DIALLED.search(rest)
        address = (dialled["v6"] or dialled["v4"]) if dialled else ""
        return Answer(server=server, said=rest, address=address)
    said = _unquoted(found["said"])
    enhanced = _ENHANCED.search(said)
    return Answer(
        server=server,
        code=int(found["code"]),
        enhanced=enhanced[1] if enhanced else "",
        said=_words(said),
    )


def _unquoted(said: str) -> str:
    if not said.startswith('"'):
        return said
    inner = said[1:].removesuffix(")").removesuffix('"')
    return re.sub(r'\\[nrt"\\]', lambda found: _ESCAPED.get(found[0], ""), inner)


def _words(said: str) -> str:
    """Return the lines joined; each of them begins with the enhanced code again."""
    lines = (_ENHANCED.sub("", line, count=1).strip(" -") for line in said.splitlines())
    return " ".join(filter(None, lines))
