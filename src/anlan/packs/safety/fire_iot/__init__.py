"""消防物联网监控 (S15): control units, detectors and water pressure over GB/T 26875.3."""
