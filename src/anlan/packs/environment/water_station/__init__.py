"""水质自动监测站 (E3): class of every section by its worst item, times over, CWQI."""
