"""Administrative penalties (行政处罚) for every department that enforces: discretion as dated data, the three systems as gates
(公示, 全过程记录, 法制审核), papers, and what is published. A pack gives its tables, words, limits and permissions."""
