"""危险化学品在线监测 (S14): tanks and gas detectors, major hazard units after GB 18218."""
