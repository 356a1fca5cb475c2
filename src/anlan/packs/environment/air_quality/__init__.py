"""空气质量 (E1): hourly files in, days and years evaluated exactly, the plan's two air indicators out.

Used by the environment bureau's monitoring officers; read by planners, leaders, auditors and citizens.
It refuses to let a station outside the district feed the district's indicators unless a declared substitution says so,
and it never corrects a value silently: a correction is a new version with a reason.
"""
