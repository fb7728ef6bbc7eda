"""``python -m brightline`` is the ``brightline`` command."""

from brightline.cli import main

main()
