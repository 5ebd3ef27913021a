"""The sums of `make coverage`."""

from tests.coverage import Sum, by_folder, table

FILES = {
    name: {
        "summary": {
            "num_statements": statements,
            "covered_lines": run,
            "num_branches": branches,
            "covered_branches": taken,
        }
    }
    for name, statements, run, branches, taken in (
        ("mail/dkim.py", 10, 10, 2, 1),
        ("mail/spf/record.py", 20, 5, 8, 4),
        ("settings/check.py", 0, 0, 0, 0),
    )
}


def test_a_folder_has_what_lies_in_deeper_ones_too() -> None:
    sums = by_folder(FILES)
    assert list(sums) == ["mail", "mail/spf", "settings", "total"]
    assert sums["mail"] == Sum(statements=30, run=15, branches=10, taken=5) == sums["total"]
    assert sums["mail/spf"] == Sum(statements=20, run=5, branches=8, taken=4)


def test_statements_and_branches_count_alike() -> None:
    sums = by_folder(FILES)
    assert sums["mail"].percent == 50.0
    assert sums["settings"].percent == 100.0


def test_each_folder_is_a_line() -> None:
    lines = table(by_folder(FILES)).splitlines()
    assert [line.split()[0] for line in lines] == [
        "folder",
        "mail",
        "mail/spf",
        "settings",
        "total",
    ]
    assert lines[2].split() == ["mail/spf", "5/20", "4/8", "32.1%"]
