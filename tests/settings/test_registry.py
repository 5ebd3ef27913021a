"""The registry has every rule once, and is read only when it is needed."""

import subprocess
import sys
from types import ModuleType

import pytest

from lab.paths import REPOSITORY
from mail.rule import Rule
from mail.zone import findings
from settings import registry
from settings.registry import RegistryError


def rule(name: str) -> Rule:
    return Rule(id=name, source="RFC 1", why="It is so.", cure="change it")


def module(name: str, **values: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(values)
    return made


def test_every_rule_is_there() -> None:
    rules = registry.rules()
    assert len(rules) > 150
    assert list(rules) == sorted(rules)
    assert all(one.id == name for name, one in rules.items())
    existing = {one.id for one in findings.EXISTING.values()}
    assert existing <= set(rules)


def test_a_rule_may_be_in_a_mapping_a_tuple_and_two_modules() -> None:
    one, two, three = rule("a-one"), rule("a-two"), rule("a-three")
    first = module("first", ONE=one, SEVERAL={"x": two}, OTHERS=(three, "text"), text="text")
    second = module("second", ONE=one)
    found = registry.collected([first, second])
    assert list(found) == ["a-one", "a-three", "a-two"]


def test_two_rules_of_one_id_are_refused() -> None:
    first, second = module("first", ONE=rule("a-one")), module("second", ONE=rule("a-one"))
    with pytest.raises(RegistryError, match="'a-one', one in second"):
        registry.collected([first, second])


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    return done.stdout


def packages(file: str) -> set[str]:
    lines = (REPOSITORY / file).read_text(encoding="utf-8").splitlines()
    return {line.partition("==")[0] for line in lines if "==" in line}


def test_it_needs_neither_pulumi_nor_what_the_lab_and_the_tests_alone_have() -> None:
    for_tests = packages("requirements-dev.txt")
    assert "authres" in for_tests
    program = f"""
import sys
for name in {sorted(for_tests)} + ["pulumi", "pulumi_cloudflare", "asyncssh"]:
    sys.modules[name] = None
from settings import registry
print(len(registry.rules()))
"""
    assert run(program).strip() == str(len(registry.rules()))


def test_checking_a_stack_that_ignores_nothing_does_not_import_it() -> None:
    program = """
import sys
from pathlib import Path
from settings.check import check_file
check_file(Path("stacks/Pulumi.example.com.yaml"))
print("settings.registry" in sys.modules, "dns" in sys.modules)
"""
    assert run(program).split() == ["False", "False"]
