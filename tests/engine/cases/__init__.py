"""The table: what the engine and its plugins do, official ones and stand-ins alike."""

from tests.engine.case import Case
from tests.engine.cases import command, connection, copy, local, secrets

CASES: tuple[Case, ...] = (
    *command.CASES,
    *connection.CASES,
    *copy.CASES,
    *local.CASES,
    *secrets.CASES,
)
