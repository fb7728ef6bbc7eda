"""The words of the page of health: names of checks, and the sentences of ``brightline.examination`` for this room's catalogue.

The sentences repeat those of the examination word for word, because only what stands in this room gets into its catalogue; a test holds
the two together.
"""

from __future__ import annotations

from brightline.server.face import msgid as _

__all__ = ["NAMES", "SENTENCES"]

NAMES = {
    "python": _("Interpreter"),
    "settings": _("Settings"),
    "secrets": _("Key files"),
    "rulebook": _("Rulebook"),
    "goals": _("Goals"),
    "own rules": _("Own rules"),
    "database": _("Database"),
    "journal": _("Journal"),
    "disk": _("Disk space"),
    "clock": _("Clock"),
    "ledger": _("Ledger"),
    "guard": _("Guard model service"),
    "meaning": _("Comparison by meaning"),
    "models": _("Models"),
    "verification": _("Verification of the ledger"),
    "changes": _("Changed settings"),
    "upstream": _("Model service"),
}

SENTENCES = (
    _("Python, version %(version)s"),
    _("Install Python 3.11 or newer."),
    _("tenant %(tenant)s, strictness %(strictness)s"),
    _("%(file)s readable by others too"),
    _("%(file)s readable by its owner only"),
    _("Run: chmod 600 %(path)s"),
    _("built-in sandbox (no BRIGHTLINE_UPSTREAM set)"),
    _("%(upstream)s does not answer: %(problem)s"),
    _("Start the model service, or correct BRIGHTLINE_UPSTREAM."),
    _("%(upstream)s answered %(status)s in %(seconds)s s"),
    _("Check upstream_key: the model service does not accept it."),
    _("Look at the log of the model service."),
    _("%(rules)s rules, %(verified)s verified, digest %(digest)s"),
    _("Install Brightline again."),
    _("text engine %(version)s"),
    _("%(files)s files in force"),
    _("demoted to review for their price: %(goals)s"),
    _("Narrow them: `brightline rules price` shows which ordinary texts they hit."),
    _("%(dialect)s, %(entries)s decisions and events, tables of revision %(revision)s"),
    _("Run: brightline db migrate"),
    _("%(free)s MB free for %(home)s"),
    _("Free some space: without it decisions cannot be stored and answers are held back."),
    _("%(now)s UTC, not before the last signed head"),
    _("%(now)s UTC, %(seconds)s s before the last signed head"),
    _("Set the clock by a time server: the times of decisions and entries come from it."),
    _("%(seconds)s s apart from the clock of the database server"),
    _("%(seconds)s s apart from the clock of the model service"),
    _("Set both clocks by a time server: the times of decisions and entries come from them."),
    _("%(origin)s, %(entries)s entries under a signed head, %(pending)s pending"),
    _("%(origin)s, %(entries)s entries; the oldest of %(pending)s pending events waits for %(seconds)s s"),
    _("Look at the log of the service: nothing is being sequenced."),
    _("none (no BRIGHTLINE_GUARD_URL set)"),
    _("%(model)s at %(guard)s, asked about borderline texts, its categories read by %(map)s"),
    _("%(model)s at %(guard)s, asked about every text, its categories read by %(map)s"),
    _("%(model)s at %(guard)s is left alone after failures in a row"),
    _("Look at the log of the guard model service. What it did not judge stands in the decisions as not inspected."),
    _("off (setting semantic)"),
    _("not installed: no text is compared by meaning"),
    _("Install the optional extra `semantic`, or set semantic to off."),
    _("borderline texts, %(version)s"),
    _("every text, %(version)s"),
    _("%(version)s; %(count)s examples of own goals are too many to be compared with"),
    _("Give fewer examples and twins in the operator's goal files."),
    _("%(models)s; all shipped"),
    _("%(models)s; from %(folder)s: %(own)s"),
    _("%(models)s; no model in %(folder)s"),
    _("Put a folder with weights.npz and card.json there (`brightline train`), or unset models_dir."),
    _("%(models)s; changed in %(folder)s since the start: %(waiting)s"),
    _("Start the service again: models are read at its start."),
    _("nothing known speaks against the log"),
    _("the last verification of the whole log found %(number)s"),
    _("the newest head, or the record of the last verification, is damaged"),
    _("Copy the database as it is, restore a backup that verifies, then verify the whole log again."),
    _("%(depth)s decisions are on their way to the disk"),
    _("The database is slower than the calls. Look at its disk, or let more processes share the work."),
    _("%(count)s changed in the console, none waits"),
    _("%(count)s changed in the console; %(waiting)s wait for the next start, %(overruled)s do not hold"),
    _("Look at the page of settings; start the service again for those that wait."),
)
"""Everything that a check can say, and every advice."""
