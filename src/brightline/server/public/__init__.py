"""Pages for everybody: ``/`` says what runs here and shows it at work, ``/label`` what a file says of being generated,
``/corpus/complaint`` takes in complaints about training data, and ``/d/<token>`` tells a person why something was decided."""

from brightline.server.public.routes import exception_handlers, routes

__all__ = ["exception_handlers", "routes"]
