"""Layers on one map (一张图): GeoJSON in WGS-84, a schematic district drawn for this product, a table twin for each layer."""
