"""Casualties and losses of a year (事故灾害统计): what the plan's safety indicators are computed from, beside the incidents themselves."""
