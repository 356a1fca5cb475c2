"""Indicator values (P1): computed from records by a declared formula or typed in with a source; judged, kept in versions."""
