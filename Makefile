PORT ?= 8000
CITY_PORT ?= 8100
PY := python3 scripts/run.py

.PHONY: setup check test demo city stop bench fuzz
setup:; @$(PY) setup
check:; @$(PY) check
test:; @$(PY) test
demo:; @PORT=$(PORT) DETACH=$(DETACH) RESET=$(RESET) $(PY) demo
city:; @PORT=$(CITY_PORT) $(PY) city
stop:; @$(PY) stop
bench:; @ONLY=$(ONLY) QUICK=$(QUICK) $(PY) bench
fuzz:; @FUZZ=$(FUZZ) ONLY=$(ONLY) COUNT=$(COUNT) $(PY) fuzz
