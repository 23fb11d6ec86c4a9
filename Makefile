# The ways in. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test build verify-slow bench learners clean packages packages-test

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: build ## a month of real flights: predict, learn, restore, verify (seconds, after the build)
	@Examples/flights/demo.sh .build/release/headrace

test: packages-test ## every test
	swift test -c release --disable-testable-imports

build: packages ## the program, .build/release/headrace (the first time takes some minutes)
	swift build -c release --product headrace

verify-slow: build packages-test ## README and cookbook print what they say (takes port 8080); every crash of every verb (minutes)
	python3 scripts/check_readme.py .build/release/headrace
	python3 scripts/check_cookbook.py .build/release/headrace
	EVERY_CRASH=1 swift test -c release --disable-testable-imports --filter Crashes

bench: build ## measure side by side with River, Vowpal Wabbit, MOA and FastAPI (half an hour)
	swift build -c release --product LearnerBenchmark
	python3 Benchmarks/bench.py

learners: packages ## every learner on every bundled stream: docs/learners.md and docs/components.md (minutes)
	swift run -c release LearnerTable

clean: ## remove what was built
	swift package clean

packages:
	@scripts/install-packages.sh build

packages-test:
	@scripts/install-packages.sh build test
