"""One handler a file format: reads textual metadata, plans where a label goes. Nothing here knows what a label means."""
