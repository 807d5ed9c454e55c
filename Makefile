# make help lists the targets; scripts/dev.py does the work.
# Variables: PYTHON (3.10 to 3.13), ODOO_HOME (an Odoo 19 you have), PGHOST PGUSER …
# (a PostgreSQL you have), XDG_CACHE_HOME (where downloads and databases are kept).
PYTHON ?= python3
DEV = PYTHON="$(PYTHON)" "$(PYTHON)" scripts/dev.py

.PHONY: help demo demo-connectors demo-channels serve test test-core test-outside coverage lint format translations dialogs bench evaluate evaluate-texts shell stop clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: ## run one collections day; LEDGER=file.csv DATE=2013-03-15 for a ledger of yours
	@$(DEV) demo $(if $(LEDGER),--ledger "$(LEDGER)") $(if $(DATE),--date "$(DATE)")

demo-connectors: ## Xero and QuickBooks, emulated: connect, import, pay there, no reminder
	@$(DEV) demo-connectors

demo-channels: ## be the customer: phone menu, text messages, chat; LANGUAGE=tr_TR
	@$(DEV) demo-channels $(if $(LANGUAGE),--language "$(LANGUAGE)")

serve: ## open the web client; PORT=8069
	@$(DEV) serve $(if $(PORT),--port $(PORT)) $(if $(DATABASE),--database $(DATABASE))

test: ## run the whole suite from nothing; ONLY=expression picks tests
	@$(DEV) test $(if $(ONLY),--only "$(ONLY)")

test-core: ## Odoo's own tests with the module, against those without it
	@$(DEV) test-core $(if $(MODULES),--modules "$(MODULES)")

test-outside: ## the connectors against Prism and localstack-xero
	@$(DEV) test-outside

test-queue: ## reading ledgers as jobs, with OCA's queue_job installed
	@$(DEV) test-queue

coverage: ## the whole suite, and what of the module's code it ran
	@$(DEV) test --coverage

lint: ## check style and common mistakes
	@$(DEV) lint

format: ## let the linters mend what they can
	@$(DEV) lint --fix

translations: ## export the terms, merge them into i18n/*.po, say what is missing
	@$(DEV) translations

bench: ## measure; SIZES=10000,100000 OUT=figures.json
	@$(DEV) bench $(if $(SIZES),--sizes "$(SIZES)") $(if $(OUT),--out "$(OUT)")

evaluate: ## how well payments can be predicted; DATA=file.csv COLUMNS=what=header,… TERMS=30 OUT=figures.json
	@$(DEV) evaluate "$(DATA)" $(if $(COLUMNS),--columns "$(COLUMNS)") $(if $(TERMS),--terms $(TERMS)) $(if $(OUT),--out "$(OUT)")

evaluate-texts: ## how well messages of customers are read, per language; OUT=figures.json
	@$(DEV) evaluate-texts $(if $(OUT),--out "$(OUT)")

dialogs: ## write docs/dialogs.md, the conversations as customers hear them
	@$(DEV) dialogs

shell: ## Odoo's shell on the demonstration
	@$(DEV) shell

stop: ## stop the private PostgreSQL servers
	@$(DEV) stop

clean: ## remove databases; ALL=1 removes the downloads too
	@$(DEV) clean $(if $(ALL),--all)
