"""重大行政决策 (P5): a decision passes five gates, each with evidence, a conclusion and a responsible post."""
