"""OGC SensorThings 1.1 over stations, devices, streams and their observations: the part that sensors and map clients use.

Thing = station, Datastream = stream, Sensor = device, ObservedProperty = quantity, resultQuality = mark and judgement.
"""
