"""The inspection API: one item or a batch in, Decisions out; decisions, rules, proofs and the ledger head to read."""

from brightline.server.api.app import create_api

__all__ = ["create_api"]
