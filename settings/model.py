"""What all settings share."""

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """A mapping of settings: frozen, camelCase in the file, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        str_strip_whitespace=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: object) -> object:
        # `spf:` with nothing after it is what remains when everything below it is commented out.
        if isinstance(value, dict):
            return {key: one for key, one in value.items() if one is not None}
        return value
