"""The words of the entries shown as corrections; the verbs themselves are declared by the rooms that write them."""

TITLES = {
    "pollution_source.hour.judged": "判小时值",
    "pollution_source.day.signed": "审核一天数据",
    "pollution_source.limit.set": "修改排放限值",
    "pollution_source.bulletin.published": "公布锅炉日报",
    "air_quality.hour.corrected": "更正空气小时值",
    "observations.stream.changed": "改数据流换算或范围",
    "water_station.drinking.published": "公布饮用水水质",
}
