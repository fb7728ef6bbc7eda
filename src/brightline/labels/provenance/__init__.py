"""C2PA content credentials: signing labelled files last, and telling trusted, untrusted, expired and tampered manifests apart."""

from brightline.labels.provenance.credential import Credential
from brightline.labels.provenance.formats import c2pa_media_type, carries_manifests, is_written_anew
from brightline.labels.provenance.signing import SOURCE_TYPES, sign_c2pa
from brightline.labels.provenance.verifying import AI_SOURCES, LABEL_ASSERTION, STATES, Provenance, ProvenanceState, verify_c2pa

__all__ = [
    "AI_SOURCES",
    "LABEL_ASSERTION",
    "SOURCE_TYPES",
    "STATES",
    "Credential",
    "Provenance",
    "ProvenanceState",
    "c2pa_media_type",
    "carries_manifests",
    "is_written_anew",
    "sign_c2pa",
    "verify_c2pa",
]
