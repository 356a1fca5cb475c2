"""The desk: home page, workbench 工作台, search, live stream, guide and health. It gathers from all capabilities."""
