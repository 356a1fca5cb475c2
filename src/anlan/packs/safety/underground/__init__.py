"""地下空间监测 (S18): gas, oxygen, level and water in drains, wells, pipe corridors and other confined spaces."""
