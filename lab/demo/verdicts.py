"""The receiver's verdict as a table, with a mark for each line."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from lab import plan
from lab.demo.delivery import Delivery
from lab.demo.figures import MARKS

Line = tuple[str, str, bool]


def lines(delivery: Delivery, selectors: Sequence[str]) -> Iterator[Line]:
    """Yield what was judged, the finding, and whether it is as it must be."""
    verdict, way = delivery.verdict, delivery.verdict.transport
    wanted = "IPv6" if delivery.recipient == plan.MAILBOX else "IPv4"
    yield "address family", f"{way.family} ({way.client})", way.family == wanted
    yield "TLS", way.tls or "none", way.tls == "TLSv1.3"
    same = way.helo == way.ptr == plan.VPS.name
    yield "HELO = PTR = name", f"{way.helo} = {way.ptr}" if same else f"{way.helo}, {way.ptr}", same
    yield "SPF", verdict.spf, verdict.spf == "pass"
    for selector in selectors:
        results = {s.result for s in verdict.dkim if s.selector == selector}
        yield f"DKIM {selector}", " ".join(sorted(results)) or "none", results == {"pass"}
    yield "DMARC", f"{verdict.dmarc} (p={verdict.dmarc_policy})", verdict.dmarc == "pass"
    score = verdict.score
    yield (
        "rspamd score",
        "none" if score is None else f"{score:.2f}",
        score is not None and score < 0,
    )
    yield "submission to mailbox", f"{delivery.seconds:.2f} s", True


def passed(delivery: Delivery, selectors: Sequence[str]) -> bool:
    """Return whether every line of the verdict is as it must be."""
    return all(good for _, _, good in lines(delivery, selectors))


def table(deliveries: Sequence[Delivery], selectors: Sequence[str]) -> Table:
    """Return one table, a column for each delivery."""
    made = Table(title="What the receiver judged (its stored Authentication-Results and Received)")
    made.add_column("")
    for delivery in deliveries:
        made.add_column(delivery.recipient)
    columns = [list(lines(delivery, selectors)) for delivery in deliveries]
    for row in zip(*columns, strict=True):
        made.add_row(row[0][0], *(f"{MARKS[good]} {finding}" for _, finding, good in row))
    return made
