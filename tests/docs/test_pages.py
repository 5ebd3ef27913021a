"""What can be held without a lab: languages, links, stack files, and the list of the walk."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from lab.paths import REPOSITORY
from mail import finding
from settings import stack_file
from settings.check import check_config
from tests.components.example import declared
from tests.docs import pages
from tests.docs.newcomer import in_the_lab
from tests.docs.outside import OUTSIDE, reason
from tests.docs.pages import Block

BLOCKS = pages.everything()
LINKED = [*pages.pages(), *pages.translations()]
STACKS = [block for block in BLOCKS if block.language == "yaml"]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def test_there_is_something_to_read() -> None:
    assert set(pages.FIRST) <= set(pages.pages())
    assert len(BLOCKS) > 30


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_says_what_it_is(block: Block) -> None:
    assert block.language in pages.LANGUAGES, "commands hide from the walk in another language"
    assert block.place in ("", "server", "cloud")


def test_every_reason_not_to_run_a_block_is_needed() -> None:
    for page, start in OUTSIDE:
        named = [one for one in BLOCKS if one.page == page and one.text.startswith(start)]
        assert len(named) == 1, f"{page}: {start}"


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.place == "cloud"], ids=str)
def test_what_needs_somebody_else_s_account_has_a_reason(block: Block) -> None:
    assert reason(block)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", LINKED)
def test_links_lead_somewhere(page: str) -> None:
    file = REPOSITORY / page
    for link in _LINK.findall(file.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (file.parent / name).resolve() if name else file
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_index_names_every_page() -> None:
    index = (REPOSITORY / "docs" / "README.md").read_text(encoding="utf-8")
    for page in LINKED:
        name = page.removeprefix("docs/")
        assert name in ("README.md", page) or f"({name})" in index, page


def test_the_files_that_a_mail_meets_are_the_program_s() -> None:
    text = (REPOSITORY / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(/etc/(?:chasquid|tapal)/[^`]+)`", text))
    written = [path for one in declared().resources for path in one.paths()]
    assert len(named) >= 6
    for path in named:
        assert any(fnmatch(one, path) for one in written), path


def test_the_version_of_pulumi_is_the_one_that_the_tests_ran_with() -> None:
    pinned = (REPOSITORY / "lab" / "engine" / "gomod" / "go.mod").read_text(encoding="utf-8")
    [version] = re.findall(
        r"^require github.com/pulumi/pulumi/pkg/v3 v(\S+)$", pinned, re.MULTILINE
    )
    project = yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text(encoding="utf-8"))
    assert project["requiredPulumiVersion"] == f">={version}"
    page = (REPOSITORY / "docs" / "server-updates.md").read_text(encoding="utf-8")
    assert f"Pulumi {version} or newer" in page
    assert f'"{project["requiredPulumiVersion"]}"' in page
    workflow = (REPOSITORY / ".github" / "workflows" / "stacks.yml").read_text(encoding="utf-8")
    assert f"pulumi-version: {version} " in workflow


def whole(block: Block) -> dict[str, object]:
    """The stack that a block shows, or the example's with the part that the block shows."""
    shown = yaml.safe_load(in_the_lab(block.text))
    if "config" in shown:
        config: dict[str, object] = shown["config"]
        return config
    example = dict(stack_file.read(REPOSITORY / "stacks" / "Pulumi.lab.yaml"))
    domains = example["tapal:domains"]
    assert isinstance(domains, list)
    own = {key: value for key, value in shown.items() if not key.startswith("tapal:")}
    top = {key: value for key, value in shown.items() if key.startswith("tapal:")}
    domain = {key: value for key, value in domains[0].items() if key != "limits"}
    return {**example, "tapal:domains": [domain | own], **top}


@pytest.mark.parametrize("block", STACKS, ids=str)
def test_stack_files_that_are_shown_are_right(block: Block) -> None:
    others = {"tapal.test": {"tapal:host": whole(STACKS[0])["tapal:host"]}}
    checked = check_config(whole(block), read_stack=lambda name: others[name])
    assert finding.errors(checked.findings) == []
