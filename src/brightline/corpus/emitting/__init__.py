"""Cleaned corpora: what was decided to stay, in the format it came in, with personal data covered, a log of what was covered, and for each
record the line of the input that it is.

``task.EmitTask`` works on shards and needs the extra ``corpus``; redaction itself (``redacting``, ``replacing``) needs nothing but Python.
"""
