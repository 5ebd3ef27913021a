"""No secret that can be known comes through."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tools.changes.plan import SECRET
from tools.pull_request import secret_filter
from tools.pull_request.secret_filter import SIGNATURE, SecretFilter

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nZWQyNTUxOQAAACCs\n-----END"
SECRETS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=12, max_size=40)


def state(value: object) -> str:
    return json.dumps({"resources": [{"outputs": {"x": {SIGNATURE: "1b4", "plaintext": value}}}]})


@given(SECRETS, st.text(), st.text())
def test_a_secret_is_replaced_wherever_it_stands(secret: str, before: str, after: str) -> None:
    found = SecretFilter().knowing([secret])(f"{before}{secret}{after}")
    assert secret not in found.replace(SECRET, "")


def test_each_line_of_a_key_is_a_secret() -> None:
    hide = SecretFilter().knowing(secret_filter.in_state(state(json.dumps(KEY))))
    assert hide("x ZWQyNTUxOQAAACCs y") == f"x {SECRET} y"
    assert hide("-----BEGIN OPENSSH PRIVATE KEY-----") == "-----BEGIN OPENSSH PRIVATE KEY-----"


def test_passwords_in_a_structure_are_found_and_short_words_are_not() -> None:
    told = json.dumps({"a@example.com": "correct horse battery", "b@example.com": "root"})
    hide = SecretFilter().knowing(secret_filter.in_state(state(told)))
    assert hide("correct horse battery, root") == f"{SECRET}, root"


def test_what_the_stacks_file_says_in_clear_is_no_secret() -> None:
    told = json.dumps({"host": "203.0.113.10", "privateKey": "abcdefghijklmnop"})
    hide = SecretFilter().knowing([told], public="ipv4: 203.0.113.10\n")
    assert hide("203.0.113.10 abcdefghijklmnop") == f"203.0.113.10 {SECRET}"


def test_only_the_secrets_of_a_configuration_are_taken() -> None:
    told = json.dumps(
        {
            "cloudflare:apiToken": {"value": "token-token-token", "secret": True},
            "tapal:hostStack": {"value": "mail.example.com", "secret": False},
        }
    )
    assert list(secret_filter.in_configuration(told)) == ["token-token-token"]


def test_the_environments_secrets_are_known_by_their_names() -> None:
    hide = secret_filter.of_environment(
        {"CLOUDFLARE_API_TOKEN": "token-token-token", "HOME": "/home/somebody-or-other"}
    )
    assert hide("token-token-token /home/somebody-or-other") == f"{SECRET} /home/somebody-or-other"


def test_no_answer_means_no_secrets() -> None:
    assert (
        list(secret_filter.in_state("")) == list(secret_filter.in_configuration("error: no")) == []
    )
