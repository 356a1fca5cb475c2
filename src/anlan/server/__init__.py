"""Settings, URLs, ASGI and the command line: the only storey that names all packs."""
