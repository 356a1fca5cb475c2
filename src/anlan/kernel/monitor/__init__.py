"""监测: what is measured now, what exceeds and since when, and any span of any stream as a chart with its table."""
