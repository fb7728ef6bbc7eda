"""The API shapes that the gateway speaks."""

from __future__ import annotations

from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.completions import COMPLETIONS
from brightline.server.gateway.shapes.embeddings import EMBEDDINGS
from brightline.server.gateway.shapes.media_requests import MEDIA_SHAPES
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.server.gateway.shapes.responses import RESPONSES
from brightline.server.gateway.shapes.shape import Shape

__all__ = ["SHAPES", "Shape"]

SHAPES: tuple[Shape, ...] = (CHAT, COMPLETIONS, RESPONSES, MESSAGES, EMBEDDINGS, *MEDIA_SHAPES)
