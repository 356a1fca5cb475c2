"""雨水情监测 (S2): rain gauges and levels after SL 651, accumulations, warning lines."""
