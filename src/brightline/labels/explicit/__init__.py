"""Explicit labels: what people see or hear (GB 45438-2025, clause 5; Labelling Measures, Art. 4), one module a medium."""
