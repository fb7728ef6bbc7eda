"""``brightline corpus``: register sources, inspect training data, sample and review it, decide, put out what is clean, and account for it.

brightline corpus register sources.yaml
brightline corpus inspect data/ --name town
brightline corpus sample town --kind human
brightline corpus decide town
brightline corpus emit town --out clean/
brightline corpus report town
"""

from __future__ import annotations

import typer

from brightline.cli.corpus import deciding, example, inspecting, registering, reporting, sampling, scheduling

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _corpus() -> None:
    """Training data: where it came from, what is in it, what was taken out, and how well that was checked."""


for _command in (
    example.example,
    registering.register,
    inspecting.inspect,
    sampling.sample,
    sampling.review,
    sampling.sheet,
    deciding.decide,
    deciding.emit,
    reporting.report,
    reporting.diff,
    reporting.verify,
    registering.complain,
    deciding.appeal,
    scheduling.schedule,
    inspecting.resume,
    inspecting.status,
):
    app.command()(_command)
