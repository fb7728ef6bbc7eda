"""The face of the server: what public pages and the console share, so that both look like one product.

Templates (Jinja2, autoescape), one style sheet, message catalogues (gettext, zh_CN and en), the reader's language and
theme, security headers without any inline code, and static files whose address holds their content hash. Every page
works without JavaScript and makes no request to any other host.
"""

from brightline.server.face.assets import asset_url, static_route
from brightline.server.face.catalogue import msgid
from brightline.server.face.forms import read_body, read_form
from brightline.server.face.headers import PAGE_POLICY, SecurityHeaders, security_headers
from brightline.server.face.highlight import Segment, highlight
from brightline.server.face.language import Preferences, preferences
from brightline.server.face.origin import require_same_origin
from brightline.server.face.page import Face

__all__ = [
    "PAGE_POLICY",
    "Face",
    "Preferences",
    "SecurityHeaders",
    "Segment",
    "asset_url",
    "highlight",
    "msgid",
    "preferences",
    "read_body",
    "read_form",
    "require_same_origin",
    "security_headers",
    "static_route",
]
