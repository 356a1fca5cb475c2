"""CAP 1.2 (OASIS) and the Chinese early-warning profile: documents to frozen values and back; entities and network off."""
