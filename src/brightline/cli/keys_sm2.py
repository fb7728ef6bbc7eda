"""``brightline keys sm2``: the key with which a provider signs its labels, made once, and what others need to check them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from brightline.cli.terminal import console, print_json

__all__ = ["sm2"]


def sm2(
    key_file: Annotated[Path, typer.Argument(help="The key file: made if there is none, else only shown.", metavar="FILE")],
    provider: Annotated[str, typer.Option(help="The provider code to print in the entry for others' files of pins.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Make the SM2 key for signing labels, or show the public half of the one in FILE."""
    from brightline.labels.security.keys import Sm2Key, public_key_info

    made = not key_file.exists()
    if made:
        key = Sm2Key.generate()
        key.save(key_file)
    else:
        key = Sm2Key.load(key_file)
    public = public_key_info(key.public).hex()
    if as_json:
        print_json({"file": str(key_file), "made": made, "key_id": key.key_id, "public_key": public, "public_key_pem": key.public_pem()})
        return
    console.print(Text(f"{'Made' if made else 'Read'} {key_file}; key id {key.key_id}."), soft_wrap=True)
    console.print("Give others this entry for their file of pins, by a way on which they know that it is from you:", soft_wrap=True)
    entry = f"- provider: '{provider or 'YOUR PROVIDER CODE'}'\n  source: WHO VOUCHED FOR IT, AND WHEN\n  keys:\n    - {public}"
    console.print(Text(entry), soft_wrap=True)
