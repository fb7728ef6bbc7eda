"""Which formats can carry a C2PA manifest, as found by signing and reading back each of them (c2pa-rs 0.91.3, 2026-11-23).

| format | |
|---|---|
| PNG, JPEG, WebP, GIF, TIFF, AVIF, HEIC, SVG | signed and verified |
| MP4, MOV, M4A, AVI | signed and verified |
| WAV, MP3, FLAC | signed and verified |
| PDF | signed and verified, but written anew by the library: pages stay, every byte moves |
| DOCX, XLSX, PPTX, EPUB | only packages whose parts are all stored uncompressed, which no office program writes |
| MKV, WebM, FLV, OGG, Opus, Markdown, HTML, text, OFD | no place: such a file has no manifest |
"""

from __future__ import annotations

__all__ = ["c2pa_media_type", "carries_manifests", "is_written_anew"]

_SAME = {  # other names of a media type that the library knows by this one
    "image/jpg": "image/jpeg",
    "image/heif-sequence": "image/heif",
    "image/heic-sequence": "image/heic",
    "image/avif-sequence": "image/avif",
    "audio/x-flac": "audio/flac",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg",
    "video/avi": "video/x-msvideo",
    "audio/vnd.wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "application/x-pdf": "application/pdf",
}
_CARRYING = frozenset(
    {
        "application/epub+zip",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "audio/flac",
        "audio/mp4",
        "audio/mpeg",
        "audio/wav",
        "image/avif",
        "image/gif",
        "image/heic",
        "image/heif",
        "image/jpeg",
        "image/png",
        "image/svg+xml",
        "image/tiff",
        "image/webp",
        "video/mp4",
        "video/quicktime",
        "video/x-m4v",
        "video/x-msvideo",
    }
)


def c2pa_media_type(media_type: str) -> str:
    """The media type by the name that the library knows."""
    plain = media_type.partition(";")[0].strip().lower()
    return _SAME.get(plain, plain)


def carries_manifests(media_type: str) -> bool:
    """True if files of this type can hold a manifest."""
    return c2pa_media_type(media_type) in _CARRYING


def is_written_anew(media_type: str) -> bool:
    """True if signing changes the coded media too, so that a label bound to them, or a signature of another kind, would break."""
    return c2pa_media_type(media_type) == "application/pdf"
