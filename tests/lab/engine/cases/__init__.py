"""The table: what the engine and its plugins do, official ones and stand-ins alike."""

from tests.lab.engine.case import Case
from tests.lab.engine.cases import command, connection, copy, dynamic, local, secrets

CASES: tuple[Case, ...] = (
    *command.CASES,
    *connection.CASES,
    *copy.CASES,
    *dynamic.CASES,
    *local.CASES,
    *secrets.CASES,
)
