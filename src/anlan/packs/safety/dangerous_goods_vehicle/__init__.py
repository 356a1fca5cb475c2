"""危险货物车辆定位 (S16): JT/T 808 terminals, newest positions and tracks. Vehicles are followed, not people."""
