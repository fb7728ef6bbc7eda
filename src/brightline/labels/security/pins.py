"""Pinned keys: which public keys an operator has verified to be a provider's, in a file of its own making.

    - provider: 001191000000MA0BRIGHT10001      # as ContentProducer or ContentPropagator has it
      source: sent by the provider with its filing documents, 2026-11-23
      keys:
        - 3059301306072a8648ce3d0201…           # hex or Base64 of the key or its certificate, or PEM

Brightline ships no pins: a key that was merely seen in files would be trust on first use, handed on as if it were known. A
provider that changes its key gets a second entry under ``keys``; the old one stays as long as its labels are about. A bare x
coordinate is refused here, because it leaves open which of two keys is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from brightline.errors import DataError
from brightline.labels.provider_code import provider_code_problem
from brightline.labels.security.public_key import PublicKey, read_public_key
from brightline.text.yaml_nodes import Node, parse_nodes

__all__ = ["NO_PINS", "Pins", "load_pins"]

_LARGEST_FILE = 4 << 20  # own choice: some ten thousand providers


@dataclass(frozen=True, slots=True)
class Pins:
    """Keys by provider."""

    keys: Mapping[str, tuple[PublicKey, ...]] = field(default_factory=dict)

    def of(self, provider: str) -> tuple[PublicKey, ...]:
        """The keys pinned for a provider; none for an empty or unknown one."""
        return self.keys.get(provider, ())


NO_PINS = Pins()
"""No provider's key is known: the best answer is then ``key_not_pinned``."""


def load_pins(path: Path) -> Pins:
    """The pins in a file.

    Raises ``DataError`` with file and line: BL-DATA-260 not readable or too large, -261 an entry is not {provider, source, keys},
    -262 a provider is twice there or its code cannot be right, -263 a key cannot be read; what is wrong as YAML as BL-DATA-201, -202, -219.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as problem:
        raise DataError("BL-DATA-260", f"cannot be read: {problem.strerror}", "name an existing file of pins", file=str(path)) from None
    if len(content) > _LARGEST_FILE:
        raise DataError("BL-DATA-260", f"has more than {_LARGEST_FILE} bytes", "this is no file of pins", file=str(path))
    keys: dict[str, tuple[PublicKey, ...]] = {}
    root = parse_nodes(content, path.name)
    for row in root.rows() if root.value is not None else ():
        provider, node = _provider(row)
        if provider in keys:
            node.fail(262, f"{provider} stands twice", "write all its keys under one entry")
        keys[provider] = tuple(_key(key) for key in row.fields()["keys"].rows())
    return Pins(keys)


def _provider(row: Node) -> tuple[str, Node]:
    fields = row.value if isinstance(row.value, dict) else {}
    if set(fields) != {"provider", "source", "keys"} or not fields["keys"].rows():
        row.fail(261, "an entry is not {provider, source, keys}", "fill in all three: whose keys, who vouched for them and when, the keys")
    fields["source"].text()
    node: Node = fields["provider"]
    provider = node.text()
    problem = provider_code_problem(provider)
    if problem:
        node.fail(262, f"{provider}: {problem}", "copy the code from the provider's own publication")
    return provider, node


def _key(node: Node) -> PublicKey:
    key = read_public_key(node.text())
    if key is None or len(key.points) > 1:
        node.fail(263, "this is no public key that can be pinned", "write SubjectPublicKeyInfo, a certificate, or 04 and both coordinates")
    return key
