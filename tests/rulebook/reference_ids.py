"""The ids of the two reference files, written down from their tables, section by section.

A group of articles in one row of a table is one id an article.
"""

from __future__ import annotations


def ids(prefix: str, numbers: str) -> set[str]:
    return {f"{prefix}-{number}" for number in numbers.split()}


def span(prefix: str, first: int, last: int) -> set[str]:
    return {f"{prefix}-{number}" for number in range(first, last + 1)}


# rules.md
CAMPAIGN_2025 = ids(
    "QL25",
    "1.1a 1.1b 1.1c 1.2a 1.2b 1.2c 1.3a 1.3b 1.3c 1.3d 1.4a 1.4b 1.4c 1.4d 1.5a 1.5b 1.6 2.1a 2.1b 2.1c 2.1d 2.2a 2.2b 2.2c 2.2d "
    "2.3a 2.3b 2.3c 2.4a 2.4b 2.4c 2.4d 2.5a 2.5b 2.5c 2.6a 2.6b 2.6c 2.6d 2.7",
)
CAMPAIGN_2026 = ids("QL26", "1.1 1.2 1.3 1.4 1.5 1.6 1.7 2.1 2.2 2.3 2.4 2.5 2.6 2.7")
LABELLING_MEASURES = ids("LM", "3 4.1 4.2 4.3 4.4 4.5 4.7 5 6.1 6.2 6.3 6.4 6.5 7 8 9 10.1 10.2 11 12 13")
LABELLING_STANDARD = ids("GB", "3.7 5.1 5.2 5.3 5.4 5.5 5.6 6.1a 6.1c 6.2") | ids(
    "GB-E", "AIGC Label ContentProducer ProduceID ReservedCode1 ContentPropagator PropagateID ReservedCode2 j"
)
PROVIDER_CODE = ids("PGC", "FORMAT SUBJECT BINDING USCC ROLE OWN")
CONTAINERS = ids("PG", "JPEG PNG WEBP TIFF GIF HEIF MP4 MKV FLV AVI WAV MP3 FLAC PDF OOXML MD TEXT-OTHER OTHER SECURITY")
RISKS = {
    f"RISK-A.{number}-{letter}"
    for number, letters in (("1", "abcdefgh"), ("2", "abcdefghi"), ("3", "abcde"), ("4", "abcdefg"), ("5", "ab"))
    for letter in letters
}
SAFETY = ids("SEC", "D1 D2 D3 D4 D5 D6 D7 D8 K1 K2 T1 T2 T3 T4 E1 E2 E3 M1 M2 S1 S2 S3 S4 S5 S6 R1 R2") | {
    "GBT-45652",
    "GBT-45654",
    "GBT-45674",
}
FILING = ids("FIL", "A1 A2 A3 A4 G1 G2 G3 L1 N1 F1 F2 F3 F4")
MINOR_MODE = span("MIN", 1, 10) | {"MIN-DRAFT-40"}
COMPANIONS = ids(
    "ANT",
    "2 8.1 8.2 8.3 8.4 8.5 8.6 9 10 11 12 13 14a 14b 14c 14d 15 16 17 18a 18b 18c 19 20 21 22 23 24 25 26 27 30 31 DRAFT-2025",
)
FACE_AND_SECTORS = ids("FAC", "1 2 3 4 5 6") | ids("MED", "1 2") | {"ADV-1"}

# legal-grounds.md, by section
GENERATIVE_AND_DEEP_SYNTHESIS = ids("IM", "2 4.1 4.2 4.3 4.4 4.5 7 8 9 10 11 12 13 14.1 14.2 15 17 19 20 21 22.2") | ids(
    "DS", "6.1 6.2 7 8 9 10 11 12 13 14.1 14.2 15 16 17.1 17.2 18 19 20"
)
ECOSYSTEM_ALGORITHMS_NETWORK = (
    ids("ECO", "6 6.7 6.8 6.9 6.10 7 21 22 23 24 25")
    | span("ECO", 8, 17)
    | ids("ALG", "6 7 8 9.1 9.2 10 11 12 13 14 16 17 18 19 22 24 25 26 27")
    | ids("CSL", "13.2 20 23 26 29 48 49 50 51 69 71")
    | ids("IIS", "14 15 15.5 15.6 15.7 16")
    | ids("TEL", "56 61")
    | ids("CINIS", "5 10")
)
DATA_AND_CORPORA = (
    ids("NDR", "8 10 18 19 22 24 42 44 46")
    | ids("PIP", "13 14 24 24.3 26 27 28 29 30 31 44 45 46 47 48 49 55 56")
    | {"DSL-32", "CPR-49", "CPR-53", "CPR-53.7", "CRI-217", "AUC-13.3"}
)
FRAUD_AND_CRIME = (
    ids("FRA", "14 21 22 23 25 31")
    | ids("PSA", "29.1 31 33.5 35 50 56 58 62 63 80 81 82")
    | ids(
        "CRI",
        "120-3 217 222 225 246 253-1 266 279 280 285 286 286-1 287 287-1 287-2 291-1.2 299-1 300 303 336 363 364 367",
    )
    | {"INT13-2", "INT13-7", "EMR-7", "EMR-97"}
)
MINORS = (
    ids("RPM", "20 22 23 24 25 26 27 29")
    | span("RPM", 31, 38)
    | span("RPM", 42, 47)
    | ids("MPL", "50 51 52 72 73 74 76 77 78 80")
    | {"CAT-3", "CAT-9"}
)
KEY_AREAS_PERSONS_COMMERCE = (
    ids("PHY", "13 24 59")
    | {"MIR-24", "MDR-13", "MDR-103", "DIA-13", "DIA-21", "DOS-1"}
    | ids("DRU", "61 89 90")
    | ids("SEC", "56 160.2 213")
    | ids("SIC", "2 3 12 21 24 32")
    | {"FUT-16", "FUN-11", "LIV-1", "NTP-1"}
    | ids("ADL", "9 14 16 17 18 25 28 38 40 45")
    | span("CIV", 990, 999)
    | ids("CIV", "1014 1017 1018 1019 1020 1023 1024 1025 1027 1028")
    | span("CIV", 1032, 1039)
    | span("CIV", 1194, 1197)
    | {"HER-22", "HER-23", "WOM-28", "TML-57", "TML-72", "ECL-17", "ECL-42", "ECL-45", "DOM-1"}
    | ids("AUC", "7 9.2 12 13.3 13.4")
    | ids("ACC", "6 8 9 10 11 12 15")
    | {"VIO-1", "COM-1", "APP-6", "PUB-1"}
)

SECTIONS = {
    "rules.md 1.1": CAMPAIGN_2025,
    "rules.md 1.3": CAMPAIGN_2026,
    "rules.md 2.1": LABELLING_MEASURES,
    "rules.md 2.2, 2.3": LABELLING_STANDARD,
    "rules.md 2.4": PROVIDER_CODE,
    "rules.md 2.5": CONTAINERS,
    "rules.md 3.1": RISKS,
    "rules.md 3.2": SAFETY,
    "rules.md 4": FILING,
    "rules.md 5.1": MINOR_MODE,
    "rules.md 5.3": COMPANIONS,
    "rules.md 6": FACE_AND_SECTORS,
    "legal-grounds.md 2": GENERATIVE_AND_DEEP_SYNTHESIS,
    "legal-grounds.md 3": ECOSYSTEM_ALGORITHMS_NETWORK,
    "legal-grounds.md 4": DATA_AND_CORPORA,
    "legal-grounds.md 5": FRAUD_AND_CRIME,
    "legal-grounds.md 6": MINORS,
    "legal-grounds.md 7": KEY_AREAS_PERSONS_COMMERCE,
}

# Ids of rules.md that the later reading replaced.
FORMER_IDS = {
    "IM-4": "IM-4.1",
    "IM-14": "IM-14.1",
    "IM-20/21": "IM-20",
    "DS-6": "DS-6.1",
    "DS-14": "DS-14.2",
    "DS-17": "DS-17.1",
    "ALG-9": "ALG-9.1",
    "CRI-291-1": "CRI-291-1.2",
    "CSL-log": "CSL-23",
    "CSL-pen": "CSL-69",
    "PIP-13/14": "PIP-13",
    "PIP-28/29": "PIP-28",
    "PIP-44..48": "PIP-44",
    "CC-1018..1023": "CIV-1019",
    "RPM-22..25": "RPM-22",
    "RPM-31..38": "RPM-31",
    "RPM-42/43": "RPM-42",
    "RPM-46/47": "RPM-46",
    "LM-11/12": "LM-11",
    "ANT-9/10": "ANT-9",
    "ANT-20/21": "ANT-20",
    "ANT-24..27": "ANT-24",
}

# The ids that section 9's block column, section 0's list of key B texts and the contract between the rooms name.
NAMED_ELSEWHERE = (
    "CSL-49 CSL-13.2 IIS-16 IM-4.1 IM-14.1 IM-14.2 DS-6.1 DS-6.2 DS-10 ECO-6 ECO-7 ALG-9.1 ALG-9.2 PSA-29.1 PSA-58 PSA-63 PSA-80 PSA-82 "
    "CRI-266 CRI-280 CRI-303 CRI-363 CRI-364 CRI-367 FRA-14 FRA-22 FRA-25 FRA-31 RPM-22 RPM-29 MPL-52 MPL-80 PHY-24 MIR-24 DIA-21 SIC-3 "
    "SIC-24 SEC-160.2 ADL-16 ADL-45 DRU-89 CIV-1019 CIV-1023 CIV-999 PIP-29 TEL-61 HER-23 IIS-15 ECL-45 CIV-1195 CIV-1197 SEC-D1 QL25-1.1a "
    "LM-6.1 GB-5.1 ANT-14a"
)
