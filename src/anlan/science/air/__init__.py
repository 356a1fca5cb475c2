"""Ambient air: IAQI, AQI, daily and yearly evaluation, exact, by the edition in force on the day of observation.

`editions` holds the dated tables, `aqi` the rules for one value, `vector` the same for many hours at once,
`period` months and years, `hours_csv` the files. `aqi` is also the slow, obvious form that `vector` is tested against.
"""
