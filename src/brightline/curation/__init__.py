"""Corpora of one installation: the corpus duty joined with the goals of moderation, the labels' fingerprints, the store and the ledger."""
