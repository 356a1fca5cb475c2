"""Major hazard installations after GB 18218-2018. Values in, level out."""
