"""Dual prevention (双重预防, S13): risk points → units → events → measures, graded by LEC or LS; check tasks of the measures; a firm's whole
standard published as a template that other firms adopt and upgrade without losing what they changed; accidents, near misses and failing
measures raise a risk for re-grading by a person.
"""
