"""污染源在线监控 (E4): boilers, vapour recovery, medical waste water; the daily bulletin of boiler NOx."""
