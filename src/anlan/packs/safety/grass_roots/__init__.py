"""Grass-roots emergency capability (基层应急能力, S26): 六有 of streets and 三有 of communities as scored checks with gaps, micro fire stations,
the preparedness assessment, and reserves held against the demand of scenarios."""
