"""Sans-IO codecs: bytes to dataclasses and back. No sockets, no Django. The first codecs arrive with the gateway."""
