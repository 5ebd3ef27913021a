"""Keys of a stack besides its settings: secrets, other namespaces, and misspelt ones."""

from collections.abc import Iterator

from mail.address import suggest
from mail.finding import Finding
from settings.key_paths import printable
from settings.messages import SECRET_IN_CLEAR, UNKNOWN_KEY
from settings.stack_file import NAMESPACE, Config, is_secret

PREFIX = f"{NAMESPACE}:"
SECRET_KEYS = ("sshPrivateKey", "passwords")
CLOUDFLARE = "cloudflare"
CLOUDFLARE_SECRETS = ("apiToken", "apiKey", "apiUserServiceKey")
CLOUDFLARE_KEYS = (*CLOUDFLARE_SECRETS, "baseUrl", "email", "userAgentOperatorSuffix")
_SECRETS = (
    *(f"{PREFIX}{key}" for key in SECRET_KEYS),
    *(f"{CLOUDFLARE}:{key}" for key in CLOUDFLARE_SECRETS),
)


def own(config: Config) -> dict[str, object]:
    """Return the keys of our namespace without it; a misspelt namespace counts as ours."""
    found = {
        key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)
    }
    for key, value in config.items():
        namespace, _, name = key.partition(":")
        if _is_nearly_ours(namespace) and name not in SECRET_KEYS:
            found.setdefault(name, value)
    return found


def check(config: Config) -> Iterator[Finding]:
    """Yield secrets that stand in plain text, and misspelt keys that nobody reads."""
    # By name: the engine hands keys out in any order, and the findings must not depend on it.
    for key, value in sorted(config.items()):
        if key in _SECRETS and value and not _is_all_secret(value):
            yield SECRET_IN_CLEAR.found(
                key.removeprefix(PREFIX),
                reason="it stands in plain text in the stack's file",
                cure=f"{SECRET_IN_CLEAR.cure} {key}",
            )
        namespace, _, name = key.partition(":")
        if namespace == CLOUDFLARE and name not in CLOUDFLARE_KEYS:
            near = suggest(name, CLOUDFLARE_KEYS)
            if near is not None:
                yield _unknown(key, f"{CLOUDFLARE}:{near}")
        elif _is_nearly_ours(namespace):
            yield _unknown(key, f"{PREFIX}{name}")


def _is_nearly_ours(namespace: str) -> bool:
    return namespace != NAMESPACE and suggest(namespace, [NAMESPACE, CLOUDFLARE]) == NAMESPACE


def _is_all_secret(value: object) -> bool:
    """Return whether a value is encrypted, as a whole or each of its parts."""
    if isinstance(value, dict) and not is_secret(value):
        return bool(value) and all(map(is_secret, value.values()))
    return is_secret(value)


def _unknown(key: str, near: str) -> Finding:
    reason = "nobody reads a key of that name"
    return UNKNOWN_KEY.found(printable(key), reason=reason, cure=f"did you mean {near!r}?")
