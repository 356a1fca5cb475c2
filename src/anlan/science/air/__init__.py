"""Ambient air: IAQI, AQI, daily and yearly evaluation, exact, by the edition in force on the day of observation.

`editions` holds the dated tables, `aqi` the rules for one value, `vector` the same for many hours at once,
`period` months and years, `hours_csv` the files. `reference` is the slow, obvious form that the others are tested against.
"""
