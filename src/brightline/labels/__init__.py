"""Labels of generated content. So far the explicit label on text; media, metadata and verification have their own issue."""

from brightline.labels.text_label import (
    TextLabel,
    add_label,
    answer_language,
    has_text_label,
    label_for,
    label_header,
    label_member,
    label_prefix,
    label_suffix,
    label_text,
)

__all__ = [
    "TextLabel",
    "add_label",
    "answer_language",
    "has_text_label",
    "label_for",
    "label_header",
    "label_member",
    "label_prefix",
    "label_suffix",
    "label_text",
]
