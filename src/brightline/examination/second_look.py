"""The models and the slower stages: which are there, as the running process has them. Nobody is asked anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from brightline.examination.check import Check, Values
from brightline.examination.upstream import without_password
from brightline.moderation.families import SHIPPED
from brightline.service import Service
from brightline.text.weights import CARD_FILE

__all__ = ["guard_check", "meaning_check", "models_check"]


def guard_check(service: Service) -> Iterator[Check]:
    """The guard model service, and whether it is left alone after failures."""
    settings, guard = service.settings, service.second_look.guard
    if guard is None:
        yield Check("guard", True, "none (no BRIGHTLINE_GUARD_URL set)")
        return
    values: Values = {"model": settings.guard_model, "guard": without_password(settings.guard_url), "map": settings.guard_map}
    if guard.is_resting:
        cure = "Look at the log of the guard model service. What it did not judge stands in the decisions as not inspected."
        yield Check("guard", False, "%(model)s at %(guard)s is left alone after failures in a row", cure, values)
    elif settings.guard_when == "always":
        yield Check("guard", True, "%(model)s at %(guard)s, asked about every text, its categories read by %(map)s", values=values)
    else:
        yield Check("guard", True, "%(model)s at %(guard)s, asked about borderline texts, its categories read by %(map)s", values=values)


def meaning_check(service: Service) -> Iterator[Check]:
    """The comparison by meaning with exemplars."""
    settings, stage = service.settings, service.second_look.semantic
    if settings.semantic == "off":
        yield Check("meaning", True, "off (setting semantic)")
        return
    if stage is None:
        wanted = settings.semantic == "all"
        cure = "Install the optional extra `semantic`, or set semantic to off."
        yield Check("meaning", not wanted, "not installed: no text is compared by meaning", cure)
        return
    values: Values = {"version": stage.version, "count": stage.left_out}
    if stage.left_out:
        saying = "%(version)s; %(count)s examples of own goals are too many to be compared with"
        yield Check("meaning", False, saying, "Give fewer examples and twins in the operator's goal files.", values)
    elif settings.semantic == "all":
        yield Check("meaning", True, "every text, %(version)s", values=values)
    else:
        yield Check("meaning", True, "borderline texts, %(version)s", values=values)


def models_check(service: Service) -> Iterator[Check]:
    """The linear models by family and the beginning of their weights' SHA-256, and whether the operator's own are in force."""
    pipeline = service.pipeline
    loaded = {model.card.family: model.card.sha256 for model in pipeline.models.models}
    named = [*loaded.items(), (pipeline.weigher.card.family, pipeline.weigher.card.sha256)]
    values: Values = {"models": ", ".join(f"{family} {digest[:8]}" for family, digest in named)}
    folder = service.settings.models_dir
    if folder is None:
        yield Check("models", True, "%(models)s; all shipped", values=values)
        return
    shipped, own = _cards(SHIPPED), _cards(folder)
    waiting = sorted(family for family, digest in own.items() if loaded.get(family) != digest)
    gone = sorted(family for family, digest in loaded.items() if digest not in (shipped.get(family), own.get(family)) and family not in own)
    values |= {"folder": str(folder), "own": ", ".join(sorted(own.keys() - set(waiting))), "waiting": ", ".join([*waiting, *gone])}
    if waiting or gone:
        cure = "Start the service again: models are read at its start."
        yield Check("models", False, "%(models)s; changed in %(folder)s since the start: %(waiting)s", cure, values)
    elif not own:
        cure = "Put a folder with weights.npz and card.json there (`brightline train`), or unset models_dir."
        yield Check("models", False, "%(models)s; no model in %(folder)s", cure, values)
    else:
        yield Check("models", True, "%(models)s; from %(folder)s: %(own)s", values=values)


def _cards(folder: Path) -> Mapping[str, str]:
    """Family and digest of each model in a folder; a card that cannot be read counts by its folder's name, as changed."""
    found = {}
    for card in sorted(folder.glob(f"*/{CARD_FILE}")):
        try:
            content = orjson.loads(card.read_bytes())
            found[str(content["family"])] = str(content["sha256"])
        except (OSError, ValueError, LookupError, TypeError):
            found[card.parent.name] = ""
    return found
