"""Sans-IO codecs: bytes to dataclasses and back. No sockets, no Django. `decode` prints what they read."""
