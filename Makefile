PORT ?= 8000
PY := python3 scripts/run.py

.PHONY: setup check test demo stop bench fuzz
setup:; @$(PY) setup
check:; @$(PY) check
test:; @$(PY) test
demo:; @PORT=$(PORT) DETACH=$(DETACH) RESET=$(RESET) $(PY) demo
stop:; @$(PY) stop
bench:; @ONLY=$(ONLY) QUICK=$(QUICK) $(PY) bench
fuzz:; @FUZZ=$(FUZZ) ONLY=$(ONLY) COUNT=$(COUNT) $(PY) fuzz
