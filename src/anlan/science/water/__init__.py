"""Surface water: classes after GB 3838-2002, rivers and CWQI after the evaluation method of 2011. Values in, verdicts out."""
