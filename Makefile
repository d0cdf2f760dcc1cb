# Thin: what a person types. Each target installs what is missing (tools/deps) and calls a tool.
#
#   make demo          two nodes on this machine, with invented people; make demo ONCE=1 plays a
#                      whole crossing, prints its evidence and ends
#   make check         everything that can be tested; the last line is "N passed, N failed"
#   make check-ha      three PostgreSQL machines on loopback, killed under load: what is lost (10 minutes)
#   make bench         the targets of docs/bench.md, measured on this machine; CASES=1000000 for the largest store
#   make fuzz          a long run of every fuzz target (SECONDS each, 600 by default)
#   make fault         every allocation of every act under test fails once: hours (FAULT=places: each place
#                      of the program that allocates, a quarter of an hour)
#   make lint          tools/lint alone
#   make analyze       clang-tidy over src/ (or FILES="...")
#   make translations  the catalogues of data/locale from the sources
#   make web           web/dist (style sheet and script, kept in the repository) from web/scss and web/js
#   make clean         removes what the above made

.PHONY: all demo check check-ha bench fuzz fault lint analyze translations web clean

all:
	@tools/deps build
	@tools/build

demo:
	@tools/deps build demo
	@tools/build
	@ONCE="$(ONCE)" tools/demo

check:
	@tools/deps build test
	@tools/check $(SUITES)

check-ha:
	@tools/deps build demo ha
	@tools/build
	@tools/check-ha $(ROUNDS)

bench:
	@tools/deps build bench
	@tools/build all
	@tools/bench

fuzz:
	@tools/deps build test
	@tools/fuzz $(SECONDS)

fault:
	@tools/deps build test
	@tools/fault

lint:
	@tools/lint

analyze:
	@tools/deps build analyze
	@tools/analyze $(FILES)

translations:
	@tools/deps build
	@tools/translations

web:
	@tools/deps web
	@cd web && npm run --silent build

clean:
	rm -rf build build-* demo
