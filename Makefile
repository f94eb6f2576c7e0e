# The two commands: `make up` starts the whole product, `make test` runs every test.
.PHONY: up test check lock messages chaos

up:
	@bin/bootstrap local
	@exec .venv/bin/python -m helpdesk.local.up

test:
	@bin/bootstrap test
	@K='$(K)' ARGS='$(ARGS)' exec .venv/bin/python -m helpdesk.local.run_tests

check:
	@bin/bootstrap dev
	@exec .venv/bin/python -m helpdesk.local.check

messages:
	@bin/bootstrap local
	@.venv/bin/python -m helpdesk.local.texts

lock:
	@bin/bootstrap local
	@bin/lock

chaos:
	@bin/bootstrap test
	@.venv/bin/python -m tests.chaos
	@exec .venv/bin/python -m tests.chaos timers

.PHONY: bench
bench:
	@bin/bootstrap local
	@N='$(N)' exec .venv/bin/python -m bench.run

.PHONY: bench-mail
bench-mail:
	@bin/bootstrap local
	@N='$(N)' exec .venv/bin/python -m bench.intake

.PHONY: loops once
loops:
	@bin/bootstrap test
	@SECONDS='$(SECONDS)' exec .venv/bin/python -m tests.loops

once:
	@ONCE_MAILS='$(or $(N),500)' $(MAKE) --no-print-directory test K=tests/channels_intake/test_once.py

.PHONY: eval bench-triage
eval:
	@bin/bootstrap local
	@[ -z '$(VECTORS)' ] || bin/vectors
	@DATA='$(DATA)' TRIAGE_VECTORS='$(VECTORS)' exec .venv/bin/python -m bench.triage_eval

bench-triage:
	@bin/bootstrap local
	@[ -z '$(VECTORS)' ] || bin/vectors
	@TRIAGE_VECTORS='$(VECTORS)' N='$(N)' exec .venv/bin/python -m bench.triage

.PHONY: sla-proof
sla-proof:
	@bin/bootstrap test
	@N='$(N)' exec .venv/bin/python -m tests.oracle

.PHONY: bench-timers
bench-timers:
	@bin/bootstrap local
	@N='$(N)' exec .venv/bin/python -m bench.timers
