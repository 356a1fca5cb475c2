"""Coordinates: WGS-84 inside, GCJ-02 and BD-09 converted at the edge."""
