# Thin: what a person types. Each target installs what is missing (tools/deps) and calls a tool.
#
#   make demo          two nodes on this machine, with invented people; make demo ONCE=1 plays a
#                      whole crossing, prints its evidence and ends
#   make check         everything that can be tested; the last line is "N passed, N failed"
#   make bench         the ratios of docs/bench.md, measured on this machine
#   make fuzz          a long run of every fuzz target (SECONDS each, 600 by default)
#   make lint          tools/lint alone
#   make analyze       clang-tidy over src/ (or FILES="...")
#   make translations  the catalogues of data/locale from the sources
#   make clean         removes what the above made

.PHONY: all demo check bench fuzz lint analyze translations clean

all:
	@tools/deps build web
	@tools/build

demo:
	@tools/deps build web demo
	@tools/build
	@ONCE="$(ONCE)" tools/demo

check:
	@tools/deps build web test
	@tools/check $(SUITES)

bench:
	@tools/deps build web bench
	@tools/build
	@tools/bench

fuzz:
	@tools/deps build web test
	@tools/fuzz $(SECONDS)

lint:
	@tools/lint

analyze:
	@tools/deps build web analyze
	@tools/analyze $(FILES)

translations:
	@tools/deps build web
	@tools/translations

clean:
	rm -rf build build-* demo
