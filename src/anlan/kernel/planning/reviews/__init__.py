"""Reviews (P3): yearly, mid-term and final, gathered from live data as of a day, scored, signed, frozen, published."""
