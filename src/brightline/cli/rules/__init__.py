"""``brightline rules``: look up the rulebook, and write rules: check, try and price goal files, and what their slots may ask for. One file a command beside this one."""

from brightline.cli.rules import lint, price, recognisers, trying
from brightline.cli.rules.lookup import app

__all__ = ["app"]

app.command("lint")(lint.lint)
app.command("test")(trying.try_rules)
app.command("price")(price.price)
app.command("detectors")(recognisers.detectors)
