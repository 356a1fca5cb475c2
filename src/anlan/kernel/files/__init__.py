"""Attachments: typed, size-limited, pictures re-encoded, stored once by content hash, read only by those who may."""
