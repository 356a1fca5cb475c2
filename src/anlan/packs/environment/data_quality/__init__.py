"""监测数据质量 (E16): whether what the stations say is true, accurate and complete, and that corrections cannot be hidden."""
