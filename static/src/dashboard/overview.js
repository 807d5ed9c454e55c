import { Component, onWillStart, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { formatCurrency } from "@web/core/currency";
import {
    deserializeDate,
    deserializeDateTime,
    serializeDate,
    toLocaleDateTimeString,
    today,
} from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { OverviewCard } from "./overview_card";
import {
    agingChart,
    contactsChart,
    nextChart,
    skippedChart,
    trendChart,
} from "./overview_charts";
import { OverviewForecast, forecastChart } from "./overview_forecast";
import { formulas } from "./overview_formulas";
import { paceTiles } from "./overview_pace";
import { resultTiles, rollChart } from "./overview_results";
import { palette } from "./overview_colors";

const OPEN_STATES = ["draft", "queued", "sending"];

/** The first screen of Collections: how much is owed, how it develops, what is being done. */
export class CollectionsOverview extends Component {
    static template = "collections_addon.Overview";
    static components = { ControlPanel, OverviewCard, OverviewForecast };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.companies = user.activeCompanies;
        this.keepLast = new KeepLast();
        this.formulas = formulas();
        this.state = useState({
            data: null,
            charts: null,
            busy: _t("Loading…"),
            months: 12,
            dateFrom: "",
            dateTo: "",
            companyId: 0,
        });
        onWillStart(() => loadBundle("web.chartjs_lib"));
        this.start();
    }

    // Loading

    async start() {
        await this.load();
        if (this.state.data && !this.state.data.is_complete) {
            await this.refresh();
        }
    }

    get companyIds() {
        const id = this.state.companyId;
        return id ? [id] : this.companies.map((company) => company.id);
    }

    get period() {
        const { months, dateFrom, dateTo } = this.state;
        if (months) {
            return {
                date_from: serializeDate(today().minus({ months })),
                date_to: null,
            };
        }
        return { date_from: dateFrom || null, date_to: dateTo || null };
    }

    async load() {
        this.state.busy = this.state.busy || _t("Loading…");
        try {
            const data = await this.keepLast.add(
                this.orm.call("collections.overview", "get_overview", [], {
                    company_ids: this.companyIds,
                    ...this.period,
                })
            );
            this.format = this.makeFormat(data);
            this.state.charts = this.makeCharts(data);
            this.state.data = data;
        } finally {
            this.state.busy = "";
        }
    }

    async refresh() {
        this.state.busy = _t("Reading the ledger…");
        try {
            await this.orm.call("collections.overview", "refresh_overview", [], {
                company_ids: this.companyIds,
            });
        } finally {
            this.state.busy = "";
        }
        await this.load();
    }

    buildHistory() {
        const text = _t("Computing the past year from the ledger…");
        return this.compute("collections.kpi", "action_build_history", text);
    }

    makeForecast() {
        const text = _t("Forecasting, and comparing with the past year…");
        return this.compute("collections.forecast", "action_make", text);
    }

    async compute(model, method, text) {
        this.state.busy = text;
        try {
            await this.orm.call(model, method, []);
        } finally {
            this.state.busy = "";
        }
        await this.load();
    }

    // What is shown

    makeFormat(data) {
        const currencyId = data.currency_id;
        const date = (text, options) => deserializeDate(text).toLocaleString(options);
        return {
            money: (amount) => formatCurrency(amount, currencyId),
            short: (amount) =>
                formatCurrency(amount, currencyId, {
                    humanReadable: true,
                    digits: [16, 0],
                }),
            number: (number) => formatInteger(number),
            decimal: (number) => formatFloat(number, { digits: [16, 1] }),
            date: (text) =>
                date(text, { day: "numeric", month: "short", year: "2-digit" }),
            day: (text) =>
                date(text, { weekday: "short", day: "numeric", month: "short" }),
            colors: palette(cookie.get("color_scheme")),
        };
    }

    makeCharts(data) {
        return {
            aging: agingChart(data.aging, this.format),
            trend: trendChart(data.trend, this.format),
            contacts: contactsChart(data.contacts, this.format),
            skipped: skippedChart(data.skipped, this.format),
            next: nextChart(data.next, this.format),
            forecast: forecastChart(data.forecast, this.format),
            rolls: rollChart(data.rolls, this.format),
        };
    }

    get isEmpty() {
        const { figures, trend, contacts } = this.state.data;
        const isQuiet =
            !figures.receivable && !figures.credit_amount && !contacts.length;
        return isQuiet && !trend.some((point) => point.receivable);
    }

    get takenAt() {
        const moments = this.state.data.companies.map((company) => company.taken_at);
        const oldest = moments.filter(Boolean).sort()[0];
        return oldest ? toLocaleDateTimeString(deserializeDateTime(oldest)) : "";
    }

    get overdueShare() {
        const { overdue, receivable } = this.state.data.figures;
        return receivable ? Math.round((100 * overdue) / receivable) : 0;
    }

    get tiles() {
        const { figures } = this.state.data;
        const { money, number } = this.format;
        return [
            {
                key: "receivable",
                label: _t("Owed"),
                value: money(figures.receivable),
                note:
                    figures.line_count === 1
                        ? _t("1 open item")
                        : _t("%s open items", number(figures.line_count)),
                formula: _t(
                    "All posted customer items not yet settled, before credits."
                ),
                open: () => this.openAging([["residual", ">", 0]]),
            },
            {
                key: "overdue",
                label: _t("Overdue"),
                value: money(figures.overdue),
                note: _t("%s % of what is owed", this.overdueShare),
                formula: _t(
                    "The part of what is owed whose due date has passed; due today is not."
                ),
                open: () => this.openAging([["overdue", ">", 0]]),
            },
            {
                key: "credits",
                label: _t("Credits"),
                value: money(figures.credit_amount),
                note: _t("not yet allocated"),
                formula: _t(
                    "Payments and credit notes not yet matched with what they pay."
                ),
                open: () => this.openAging([["residual", "<", 0]]),
            },
            {
                key: "customers",
                label: _t("Customers overdue"),
                value: number(figures.overdue_customers),
                note:
                    figures.overdue_count === 1
                        ? _t("1 overdue item")
                        : _t("%s overdue items", number(figures.overdue_count)),
                formula: _t(
                    "Customers with at least one overdue item at the last evaluation."
                ),
                open: () =>
                    this.open(_t("Customers Overdue"), "collections.case", [
                        ["overdue", ">", 0],
                    ]),
            },
            {
                key: "waiting",
                label: _t("Waiting for approval"),
                value: number(figures.waiting),
                note: _t("contacts"),
                formula: _t("Contacts prepared by a run that a person has to approve."),
                open: () =>
                    this.open(_t("Waiting for Approval"), "dunning.action", [
                        ["state", "=", "draft"],
                    ]),
            },
            {
                key: "contacts",
                label: _t("Contacted today"),
                value: number(figures.contacts_today),
                note: _t("contacts made"),
                formula: _t(
                    "Contacts that left, or were made, on today's business date."
                ),
                open: () =>
                    this.open(_t("Contacted Today"), "dunning.action", [
                        ["contact_date", "=", this.state.data.today],
                    ]),
            },
        ];
    }

    get paceTiles() {
        const open = (name) => () =>
            this.open(name, "collections.kpi", [], ["list", "graph"]);
        return paceTiles(this.state.data.pace, this.format, open);
    }

    get resultTiles() {
        const { results } = this.state.data;
        const open = () =>
            this.open(
                _t("Results"),
                "collections.performance",
                [["month", ">=", results.since]],
                ["pivot", "graph", "list", "form"]
            );
        return resultTiles(results, this.format, open);
    }

    // Choices

    onChangePeriod(ev) {
        this.state.months = Number(ev.target.value);
        if (!this.state.months && !this.state.dateFrom) {
            this.state.dateFrom = this.state.data?.date_from || "";
            this.state.dateTo = this.state.data?.date_to || "";
        }
        return this.load();
    }

    onChangeDate(name, ev) {
        this.state[name] = ev.target.value;
        return this.load();
    }

    onChangeCompany(ev) {
        this.state.companyId = Number(ev.target.value);
        return this.start();
    }

    // What stands behind

    open(name, resModel, domain, views = ["list", "form"]) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: resModel,
            domain: [["company_id", "in", this.companyIds], ...domain],
            views: views.map((view) => [false, view]),
        });
    }

    openAging(domain) {
        return this.open(_t("Aging"), "collections.aging.report", domain, [
            "list",
            "pivot",
            "graph",
        ]);
    }

    openBucket(bucketId) {
        return this.openAging([
            ["bucket_id", "=", bucketId],
            ["residual", ">", 0],
        ]);
    }

    openRolls(bucketId) {
        return this.open(
            _t("Roll Rates"),
            "collections.roll",
            [
                ["bucket_id", "=", bucketId],
                ["month", "=", this.state.data.rolls.month],
            ],
            ["list", "pivot", "graph"]
        );
    }

    openTargets() {
        return this.open(_t("Targets"), "collections.target", [], ["list"]);
    }

    openContacts({ channel, state }) {
        const day = this.state.data.today;
        const domain = [
            ["channel_code", "=", channel],
            ["state", "=", state],
        ];
        if (!OPEN_STATES.includes(state)) {
            domain.push("|", ["contact_date", "=", day], ["run_id.date", "=", day]);
        }
        return this.open(_t("Contacts"), "dunning.action", domain);
    }

    openRuns() {
        const ids = this.state.data.skipped.run_ids;
        if (ids.length === 1) {
            return this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "dunning.run",
                res_id: ids[0],
                views: [[false, "form"]],
            });
        }
        return this.open(_t("Last Runs"), "dunning.run", [["id", "in", ids]]);
    }

    openNextSteps(day) {
        const operator = day === this.state.data.today ? "<=" : "=";
        return this.open(_t("Next Steps"), "collections.case", [
            ["next_step_date", operator, day],
            ["stage", "not in", ["legal", "written_off"]],
        ]);
    }

    openCase(caseId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "collections.case",
            res_id: caseId,
            views: [[false, "form"]],
        });
    }

    openLedger(connectionId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "collections.connection",
            res_id: connectionId,
            views: [[false, "form"]],
        });
    }

    openHistory() {
        return this.action.doAction(
            "collections_addon.action_collections_aging_history"
        );
    }

    openInvoices() {
        return this.action.doAction("account.action_move_out_invoice_type");
    }
}

registry.category("actions").add("collections_overview", CollectionsOverview);
