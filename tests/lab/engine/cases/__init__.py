"""The table: what the engine and its plugins do, official ones and stand-ins alike."""

from tests.lab.engine.case import Case
from tests.lab.engine.cases import command, connection, dynamic, secrets

CASES: tuple[Case, ...] = (
    *command.CASES,
    *connection.CASES,
    *dynamic.CASES,
    *secrets.CASES,
)
