"""What is looked at in every document beside personal data: copies, language, rights, quality, falsehood, poisoning.

Each module with a ``kernel`` is one annotator (``corpus.kernel.Kernel``). They say what stands in a text and where; what follows from
it is decided elsewhere (``corpus.deciding``). Nothing is imported here: the modules need pyarrow, and are imported on use.
"""
