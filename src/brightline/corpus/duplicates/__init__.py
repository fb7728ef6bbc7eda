"""Duplicates: which documents of a corpus say the same, exactly or with some characters changed (TC260-003 and GB/T 45652 ask for clean
data; QL25-2.5b names bulk copies).

``bands`` annotates each document with its digest and its MinHash values, ``clustering`` finds pairs that share one, verifies each pair
on the texts themselves and says which document of a cluster stays. docs/corpus-duplicates.md has the arithmetic and what was measured.
"""
