"""Connections: keys, host keys, retries, and variables that a server accepts or refuses."""

from tests.lab.engine.case import Case, Step

ECHO = "echo ${TAPAL_GREETING:-unset}"
UNSET = "Unable to set '{}'. This only works if your SSH server is configured to accept"
PREVIOUS = 'echo "[$PULUMI_COMMAND_STDOUT|$PULUMI_COMMAND_STDERR]"'
ONCE = {"dial_error_limit": 1, "per_dial_timeout": 2}

CASES = (
    Case(
        title="variables that the server accepts are set",
        accepting=True,
        steps=(
            Step(
                resources={"x": {"create": ECHO, "environment": {"TAPAL_GREETING": "hello you"}}},
                outputs={"x.stdout": "hello you"},
                warns=0,
            ),
            Step(
                resources={"x": {"create": ECHO, "environment": {"TAPAL_GREETING": "hi"}}},
                operations=("update x",),
                differs=("environment.TAPAL_GREETING",),
                outputs={"x.stdout": "hi"},
                warns=0,
            ),
        ),
    ),
    Case(
        title="a variable that the server refuses fails, and the command is not run",
        steps=(
            Step(
                resources={"x": {"create": "touch @dir@/ran", "environment": {"FOO": "bar"}}},
                fails=True,
                says=(
                    UNSET.format("FOO"),
                    'could not set environment variable "FOO": ssh: setenv failed',
                ),
                host={"ran": None},
            ),
        ),
    ),
    Case(
        title="previous output is in the environment where the server accepts it",
        accepting=True,
        steps=(
            Step(
                resources={"x": {"create": PREVIOUS, "stdin": "1"}},
                outputs={"x.stdout": "[|]"},
            ),
            Step(
                resources={"x": {"create": PREVIOUS, "stdin": "2"}},
                outputs={"x.stdout": "[[|]|]"},
                warns=0,
            ),
            Step(
                resources={
                    "x": {"create": PREVIOUS, "stdin": "3", "add_previous_output_in_env": False}
                },
                outputs={"x.stdout": "[|]"},
            ),
        ),
    ),
    Case(
        title="previous output that the server refuses is a warning each, an empty one is not set",
        steps=(
            Step(
                resources={"x": {"create": "echo out; echo err >&2", "stdin": "1"}},
                warns=0,
            ),
            Step(
                resources={"x": {"create": "echo out", "stdin": "2"}},
                warns=2,
                says=(UNSET.format("PULUMI_COMMAND_STDOUT"), UNSET.format("PULUMI_COMMAND_STDERR")),
                outputs={"x.stdout": "out", "x.stderr": ""},
            ),
            Step(resources={"x": {"create": "echo out", "stdin": "3"}}, warns=1),
            Step(
                resources={
                    "x": {
                        "create": "echo out",
                        "stdin": "4",
                        "add_previous_output_in_env": False,
                    }
                },
                warns=0,
            ),
        ),
    ),
    Case(
        title="nobody listens: as many retries as allowed, then the reason",
        steps=(
            Step(
                resources={
                    "x": {
                        "create": "true",
                        "connection": {"port": 1, "dial_error_limit": 2, "per_dial_timeout": 1},
                    }
                },
                fails=True,
                says=(
                    "Dial 1/2 failed: retrying",
                    "Dial 2/2 failed: retrying",
                    "after 2 failed attempts: dial tcp 127.0.0.1:1: connect: connection refused",
                ),
                silent_in_messages=("Dial 3/2",),
            ),
        ),
    ),
    Case(
        title="another host key is refused, and nothing is run",
        steps=(
            Step(
                resources={
                    "x": {
                        "create": "touch @dir@/ran",
                        "connection": {"host_key": "@other@", **ONCE},
                    }
                },
                fails=True,
                says=("after 1 failed attempts: ssh: handshake failed: ssh: host key mismatch",),
                host={"ran": None},
            ),
        ),
    ),
    Case(
        title="a key that nobody knows is refused",
        steps=(
            Step(
                resources={
                    "x": {
                        "create": "true",
                        "connection": {"private_key": "@stranger@", **ONCE},
                    }
                },
                fails=True,
                says=(
                    "after 1 failed attempts: ssh: handshake failed: ssh: unable to authenticate",
                    "attempted methods [none publickey], no supported methods remain",
                ),
                silent_about=("PRIVATE KEY",),
            ),
        ),
    ),
    Case(
        title="an encrypted key opens with its passphrase alone",
        steps=(
            Step(
                resources={
                    "x": {
                        "create": "echo in",
                        "connection": {
                            "private_key": "@encrypted@",
                            "private_key_password": "@passphrase@",
                        },
                    }
                },
                outputs={"x.stdout": "in"},
            ),
            Step(
                resources={
                    "y": {"create": "true", "connection": {"private_key": "@encrypted@"}},
                },
                fails=True,
                says=("ssh: this private key is passphrase protected",),
                silent_about=("PRIVATE KEY",),
            ),
        ),
    ),
    Case(
        title="keys come from an agent too",
        steps=(
            Step(
                resources={
                    "x": {
                        "create": "echo in",
                        "connection": {"private_key": "", "agent_socket_path": "@agent@"},
                    }
                },
                outputs={"x.stdout": "in"},
            ),
        ),
    ),
    Case(
        title="a proxy in front",
        steps=(
            Step(
                resources={
                    "x": {
                        "create": "echo through",
                        "connection": {
                            "proxy": {
                                "host": "127.0.0.1",
                                "port": "@accepting_port@",
                                "user": "@user@",
                                "private_key": "@key@",
                                "host_key": "@host_key@",
                            }
                        },
                    }
                },
                outputs={"x.stdout": "through"},
            ),
        ),
    ),
)
