"""Tells from pydantic's errors which key of a stack has the wrong shape, and what to write."""

from pydantic_core import ErrorDetails

from components.settings import Model, Settings
from mail.address import suggest
from mail.finding import Finding


def finding(detail: ErrorDetails) -> Finding:
    """Return what one error means to the person who wrote the stack."""
    key = _key(detail["loc"])
    if detail["type"] == "extra_forbidden":
        name = str(detail["loc"][-1])
        near = suggest(name, _siblings(detail["loc"]))
        cure = (
            f"did you mean {near!r}?" if near else f"remove it; known are {_known(detail['loc'])}"
        )
        return Finding(id="settings-unknown-key", key=key, reason="there is no such key", cure=cure)
    if detail["type"] == "missing":
        return Finding(
            id="settings-missing-key",
            key=key,
            reason="it is missing",
            cure="add it; stacks/Pulumi.example.com.yaml describes every key",
        )
    return Finding(
        id="settings-shape",
        key=key,
        reason=f"{detail['input']!r} does not fit: {detail['msg'][:1].lower()}{detail['msg'][1:]}",
        cure="stacks/Pulumi.example.com.yaml shows what it looks like",
    )


def _key(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        # pydantic names the branch of a union too ("literal[...]", "tuple[...]"): not a key.
        if isinstance(part, str) and ("[" in part or part.startswith("function-")):
            continue
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _siblings(location: tuple[int | str, ...]) -> list[str]:
    model: type[Model] | None = Settings
    for part in location[:-1]:
        if isinstance(part, int) or model is None:
            continue
        model = _model_of(model, part)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _known(location: tuple[int | str, ...]) -> str:
    return ", ".join(sorted(_siblings(location)))


def _model_of(model: type[Model], key: str) -> type[Model] | None:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return _model_in(field.annotation)
    return model


def _model_in(annotation: object) -> type[Model] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, Model) else None
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
