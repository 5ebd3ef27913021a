"""What must hold for every mail: nothing raises, no spelling of ours passes, names are free."""

import base64
import contextlib
import email
import quopri
from email import policy as email_policy
from email.header import Header
from email.utils import getaddresses, parseaddr

from hypothesis import given
from hypothesis import strategies as st

from mail.gate import verdict
from tests.mail.gate.world import Mail, decide

REST = b"To: i@a.example\nSubject: x\nDate: x\nMessage-ID: <1@x.example>\n\nbody\n"
OURS = st.sampled_from(
    [
        *("a.example", "sub.a.example", "b.example", "smtp.a.example"),
        *("xn--mnchen-3ya.example", "münchen.example"),
        *("parent.example", "hq.parent.example", "news.parent.example"),
    ]
)


def given_from(line: bytes, **known: object) -> verdict.Verdict:
    return decide(Mail(data=b"From:" + line + b"\n" + REST, **known))  # type: ignore[arg-type]


# How one and the same domain can be written.
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}


@st.composite
def spelled(draw: st.DrawFn, name: str) -> str:
    """Return ``name`` with each character in one of its forms."""
    shown = []
    for char in name:
        forms = [char, char.upper()]
        if not name.startswith("xn--"):
            forms += [WIDE.get(char, char), f"{char}\u00ad", f"\u200b{char}"]
            forms += list("。｡．") if char == "." else []
        shown.append(draw(st.sampled_from(forms)))
    return "".join(shown)


BLANKS = st.sampled_from(["", "", " ", "\t", "\n ", "\n\t "])
COMMENT = st.sampled_from(
    ["", "", "(x)", "(a(b)c)", "(x@evil.example)", "(<x@evil.example>)", "(\\))", '(")']
)
BETWEEN = st.tuples(BLANKS, COMMENT, BLANKS).map("".join)
LOCAL = st.sampled_from(["i", '"i"', "i.j", '"i j"', "=?utf-8?q?i?=", "i+x", "ü"])


def encoded(text: str, charset: str, how: str) -> str:
    raw = text.encode(charset)
    if how in "bB":
        return f"=?{charset}?{how}?{base64.b64encode(raw).decode()}?="
    shown = quopri.encodestring(raw, quotetabs=True, header=True).decode().replace("=\n", "")
    return f"=?{charset}?{how}?{shown.replace('?', '=3F')}?="


@st.composite
def address(draw: st.DrawFn) -> str:
    """Return an address of ours with blanks and comments where the old grammar allows them."""
    name = draw(spelled(draw(OURS)))
    if draw(st.booleans()):
        name = "".join(f"{draw(BETWEEN)}.{draw(BETWEEN)}" if c == "." else c for c in name)
    local, at = draw(LOCAL), draw(st.sampled_from(["@", "@", "＠"]))
    return f"{local}{draw(BETWEEN)}{at}{draw(BETWEEN)}{name}"


WRAPS = st.sampled_from(
    [
        "{}",
        "<{}>",
        "Boss <{}>",
        '"The Boss" <{}>',
        '"Boss, the <x@evil.example>" <{}>',
        "Team: {};",
        "Team: x@evil.example, {};",
        "x@evil.example, {}",
        "{}, x@evil.example",
        "<{}>, Bob <x@evil.example>",
        "<@evil.example:{}>",
        "Boss <{}",
        '"Boss <{}>',
        "{} <x@evil.example>",
        "<x@evil.example> {}",
        "(x) {} (y)",
        "<<{}>>",
        "{}(",
        "{}\\",
    ]
)


@given(address=address(), wrap=WRAPS, before=BETWEEN, after=BETWEEN)
def test_no_spelling_of_ours_passes(address: str, wrap: str, before: str, after: str) -> None:
    line = f"{before}{wrap.format(address)}{after}".encode()
    assert given_from(line).status == verdict.REFUSED


@given(
    name=OURS.flatmap(spelled),
    wrap=WRAPS,
    charset=st.sampled_from(["utf-8", "utf-16", "utf-16le", "utf-7", "gb18030"]),
    how=st.sampled_from("bBqQ"),
    part=st.sampled_from(["all", "domain", "wrapped"]),
)
def test_no_encoded_word_hides_ours(
    name: str, wrap: str, charset: str, how: str, part: str
) -> None:
    if part == "domain":
        line = wrap.format(f"i@{encoded(name, charset, how)}")
    elif part == "all":
        line = encoded(f"i@{name}", charset, how)
    else:
        line = encoded(f"Boss <i@{name}>", charset, how)
    assert given_from(line.encode()).status == verdict.REFUSED


@given(
    name=OURS,
    field=st.sampled_from(["From", "FROM", "from", "From ", "From\t", "\x01From", "Fr\x00om"]),
    folds=st.lists(BLANKS, max_size=3),
    kind=st.sampled_from(["From", "Sender", "Resent-From", "Resent-Sender"]),
)
def test_no_spelling_of_the_field_hides_ours(
    name: str, field: str, folds: list[str], kind: str
) -> None:
    written = field.replace("From", kind).replace("Fr\x00om", kind[:2] + "\x00" + kind[2:])
    line = f"{written}:{''.join(folds)}i@{name}\n".encode()
    other = b"" if kind == "From" else b"From: x@evil.example\n"
    assert decide(Mail(data=other + line + REST)).status == verdict.REFUSED


@given(junk=st.binary(max_size=40), cut=st.integers(0, 40))
def test_junk_after_an_address_of_ours_helps_nobody(junk: bytes, cut: int) -> None:
    """Whatever stands there: that our address is not seen at all means that it is longer."""
    data = b"From: x@evil.example, i@a.example " + junk[:cut] + b", y@evil.example\n" + REST
    assert decide(Mail(data=data)).status == verdict.REFUSED


TOKENS = st.sampled_from(
    [
        *(bytes([byte]) for byte in b': \n\r\0@<>()"\\,;.\xff'),
        *(b"From", b"Sender:", b"Authentication-Results:", b"\n\n", b"i", b"a.example"),
        *(b"evil.example", b"=?utf-8?q?i=40a.example?=", b"=?", b"?=", b"xn--", "ü".encode()),
    ]
)


@given(
    data=st.binary(max_size=300) | st.lists(TOKENS, max_size=40).map(b"".join),
    sender=st.text(min_size=1, max_size=30),
    account=st.sampled_from(["", "i@a.example", "i@nowhere.example", "x", "@"]),
    fields=st.booleans(),
)
def test_nothing_raises(data: bytes, sender: str, account: str, fields: bool) -> None:
    mail = Mail(data=data, sender=sender, account=account, fields=fields, dkim=["a.example"])
    found = decide(mail)
    assert found.status in {verdict.TAKEN, verdict.REFUSED, verdict.LATER}
    assert bool(found.reason) == (found.status != verdict.TAKEN)
    assert found.reason.isascii()
    assert found.reason.isprintable()
    assert len(found.reason) <= 400


SOUP = st.lists(
    st.sampled_from(
        [
            *("i@a.example", "<i@a.example>", "@a.example", "a.example", "i@sub.a.example"),
            *("x@evil.test", "<x@evil.test>", "@evil.test", "evil.test", "Boss", '"Boss"', "i"),
            *("=?utf-8?q?i=40a.example?=", "=?utf-8?q?", "?=", "=?utf-8?q?x?=", "(c)", "\n ", "ü"),
            *'()<>@,;:\\".[] \t\x01%!=',
        ]
    ),
    max_size=10,
).map("".join)


def read_by_others(line: str) -> list[str]:
    """Return the addresses that the parsers of the standard library find."""
    unfolded = line.replace("\n", "")
    found = [parseaddr(unfolded)[1], *(one for _, one in getaddresses([unfolded]))]
    message = email.message_from_string(f"From:{line}\n\n", policy=email_policy.default)
    with contextlib.suppress(Exception):  # it raises on some lines, which is its own affair
        found += [one.addr_spec for one in message["from"].addresses]
    return [one for one in found if "@" in one]


@given(line=SOUP)
def test_what_another_parser_reads_as_ours_is_refused(line: str) -> None:
    ends = {one.rpartition("@")[2].strip(" <>\"'\\") for one in read_by_others(line)}
    ours = ends & {"a.example", "sub.a.example"}
    if ours:
        assert given_from(line.encode()).status == verdict.REFUSED, ours


FREE = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60
) | st.sampled_from(["i@a.example", "i <i@a.example>, x", "a.example", "(i@a.example)"])
FOREIGN = st.sampled_from(
    ["bob@elsewhere.example", "b.o'b+x@sub.a-example.org", "ü@bücher.example"]
)


@given(name=FREE, address=FOREIGN, fold=BLANKS.filter(bool))
def test_a_quoted_name_of_a_stranger_is_free(name: str, address: str, fold: str) -> None:
    quoted = name.replace("\\", "").replace('"', '\\"')
    line = f' "{quoted}"{fold}<{address}>'.encode()
    assert given_from(line).status == verdict.TAKEN


@given(name=FREE, address=FOREIGN)
def test_an_encoded_name_of_a_stranger_is_free(name: str, address: str) -> None:
    line = f" {Header(name, 'utf-8').encode()}\n <{address}>".encode()
    assert given_from(line).status == verdict.TAKEN


@given(
    name=st.text(max_size=40).filter(lambda text: "example" not in text),
    wrap=WRAPS,
    before=BETWEEN,
)
def test_whatever_does_not_name_us_is_taken(name: str, wrap: str, before: str) -> None:
    """However broken a stranger's line is: it is not ours to judge."""
    line = (before + name.replace("\n", " ").replace("\r", " ") + wrap.format("x@y.test")).encode(
        "utf-8", "surrogatepass"
    )
    assert given_from(line).status == verdict.TAKEN


@given(
    name=st.sampled_from(["i", "I", "press", "media", "i+x", "i.", "p.r.e.s.s", "hello", "robot"]),
    domain=st.sampled_from(["a.example", "A.Example", "b.example", "c.example", "evil.example"]),
    wrap=WRAPS,
    envelope=st.sampled_from(["i@a.example", "<>", "press+1@a.example"]),
)
def test_an_account_sends_as_itself_alone(name: str, domain: str, wrap: str, envelope: str) -> None:
    line = f" {wrap.format(f'{name}@{domain}')}".encode()
    found = given_from(line, account="i@a.example", sender=envelope)
    own = {"i", "press", "media", "i+x"} if domain.lower() == "a.example" else set()
    own |= {"hello"} if domain == "b.example" else set()
    permitted = name.lower().partition("+")[0].replace(".", "") in own
    plain = wrap in {"{}", "<{}>", "Boss <{}>", '"The Boss" <{}>', "(x) {} (y)"}
    plain |= wrap.startswith('"Boss, the')
    plain &= not name.endswith(".")
    assert (found.status == verdict.TAKEN) == (permitted and plain)
