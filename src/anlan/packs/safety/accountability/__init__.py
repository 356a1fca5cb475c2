"""Investigation and accountability (事故调查和责任落实, S21): files with legal limits and four gates, duty and work lists, the ladder, scorecards."""
