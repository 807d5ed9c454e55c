import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import {
    allowTranslations,
    contains,
    defineModels,
    makeMockEnv,
    mockService,
    models,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { getDefaultConfig } from "@web/views/view";

import { CollectionsOverview } from "@collections_addon/dashboard/overview";

class Overview extends models.Model {
    _name = "collections.overview";
}

defineMailModels();
defineModels([Overview]);
preloadBundle("web.chartjs_lib");

const quiet = {
    today: "2026-03-05",
    date_from: "2025-03-05",
    date_to: "2026-03-05",
    currency_id: 1,
    companies: [
        { id: 1, name: "Hermit", currency: "USD", taken_at: "2026-03-05 04:00:00" },
    ],
    is_converted: false,
    is_complete: true,
    has_history: true,
    can_build: true,
    pace: {
        sales: 0,
        dso: null,
        is_least: false,
        simple: null,
        best: null,
        delinquent: null,
        effectiveness: null,
    },
    figures: {
        receivable: 0,
        credit_amount: 0,
        exposure: 0,
        overdue: 0,
        line_count: 0,
        overdue_count: 0,
        overdue_customers: 0,
        waiting: 0,
        contacts_today: 0,
    },
    aging: [],
    results: {
        since: "2026-01-01",
        is_counted: true,
        collected: 900,
        kept: 0.75,
        kept_amount: 0.8,
        promises: 4,
        cycle: null,
        disputes: 0,
        roll: 0.2,
        cost: 0.01,
        contacts: 3,
    },
    rolls: {
        month: "2026-02-01",
        rows: [
            {
                bucket_id: 2,
                name: "1–30",
                begin: 100,
                settled: 0.5,
                cured: 0,
                stayed: 0.25,
                rolled: 0.25,
            },
        ],
    },
    targets: [
        {
            id: 3,
            figure: "DSO, days",
            who: "North",
            value: 40,
            actual: 38,
            is_met: true,
        },
    ],
    forecast: {
        can_make: true,
        ids: [1],
        is_learnt: false,
        verdicts: [{ company: "Firm", text: "Not enough history yet" }],
        past: [{ start: "2026-02-23", end: "2026-03-01", actual: 80 }],
        weeks: [
            {
                start: "2026-03-05",
                end: "2026-03-11",
                expected: 120,
                low: 90,
                high: 150,
            },
        ],
    },
    trend: [],
    contacts: [],
    skipped: { run_ids: [], date: false, reasons: [] },
    top: [],
    next: [],
};

const busy = {
    ...quiet,
    figures: {
        ...quiet.figures,
        receivable: 200,
        overdue: 50,
        waiting: 3,
        line_count: 2,
    },
    aging: [
        { bucket_id: 1, name: "Not due", amount: 150, credit_amount: 0, line_count: 1 },
        { bucket_id: 2, name: "1–30", amount: 50, credit_amount: 0, line_count: 1 },
    ],
    top: [
        {
            case_id: 9,
            name: "Deco Addict",
            company: "Hermit",
            overdue: 50,
            exposure: 200,
            days_overdue: 12,
            level: "Friendly",
            collector: "",
        },
    ],
};

function answer(data) {
    onRpc("collections.overview", "get_overview", () => data);
}

async function mountOverview() {
    allowTranslations();
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(CollectionsOverview, {
        env,
        props: { action: {}, actionId: 1 },
    });
    await animationFrame();
    await animationFrame();
}

test("without receivables it says how to begin", async () => {
    answer(quiet);
    await mountOverview();
    expect(".o_collections_nothing h2").toHaveText("No receivables yet");
    expect(".o_collections_card").toHaveCount(0);
});

test("figures are shown, and lead to what they count", async () => {
    answer(busy);
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.domain.at(-1)]);
        },
    });
    await mountOverview();
    expect(".o_collections_tile[data-tile=overdue]").toHaveText(/25 % of what is owed/);
    await click(".o_collections_tile[data-tile=waiting]");
    expect.verifySteps([["dunning.action", ["state", "=", "draft"]]]);
});

test("a chart can be read as a table, whose rows open what they count", async () => {
    answer(busy);
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.domain[1]]);
        },
    });
    await mountOverview();
    expect("[data-card=aging] canvas").toHaveCount(1);
    expect("[data-card=aging] table").toHaveCount(1, { message: "for screen readers" });
    expect("[data-card=aging] table button").toHaveCount(0);
    await contains("[data-card=aging] .o_collections_toggle").click();
    expect("[data-card=aging] canvas").toHaveCount(0);
    expect(queryAllTexts("[data-card=aging] tbody th")).toEqual(["Not due", "1–30"]);
    await contains("[data-card=aging] tbody tr:eq(1) button").click();
    expect.verifySteps([["collections.aging.report", ["bucket_id", "=", 2]]]);
    await contains("[data-card=aging] .o_collections_toggle").click();
    expect("[data-card=aging] canvas").toHaveCount(1);
});

test("missing figures are taken first, once", async () => {
    let isTaken = false;
    onRpc("collections.overview", "get_overview", () => ({
        ...busy,
        is_complete: isTaken,
    }));
    onRpc("collections.overview", "refresh_overview", () => {
        isTaken = true;
        expect.step("refresh");
        return true;
    });
    await mountOverview();
    expect.verifySteps(["refresh"]);
    expect(".o_collections_busy").toHaveCount(0);
});

test("whoever may, is offered the past when there is none", async () => {
    answer({ ...busy, has_history: false, can_build: true });
    onRpc("collections.kpi", "action_build_history", () => {
        expect.step("build");
        return false;
    });
    await mountOverview();
    await contains(".o_collections_build").click();
    expect.verifySteps(["build"]);
});

test("whoever may not, is not offered the past", async () => {
    answer({ ...busy, has_history: false, can_build: false });
    await mountOverview();
    expect(".o_collections_build").toHaveCount(0);
});

test("the trend's period is chosen by months or by days", async () => {
    onRpc("collections.overview", "get_overview", ({ kwargs }) => {
        expect.step([typeof kwargs.date_from, kwargs.date_to]);
        return busy;
    });
    await mountOverview();
    expect.verifySteps([["string", null]]);
    await contains("#o_collections_period").select("0");
    expect("input[type=date]").toHaveCount(2);
    expect.verifySteps([["string", "2026-03-05"]]);
});

test("ledgers whose customers are not reminded are told of, and opened", async () => {
    const down = "Books: connect again. Until then reminders of its customers wait.";
    answer({
        ...busy,
        ledgers: [
            { id: 4, name: "Books", text: down, is_down: true },
            { id: 5, name: "Shop", text: "Shop: <b>503</b>", is_down: false },
        ],
    });
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model} ${action.res_id}`);
        },
    });
    await mountOverview();
    expect(queryAllTexts(".o_collections_ledger span")).toEqual([
        down,
        "Shop: <b>503</b>",
    ]);
    expect(".o_collections_ledger.alert-danger").toHaveCount(1);
    expect(".o_collections_ledger.alert-warning").toHaveCount(1);
    await click(".o_collections_ledger.alert-danger button");
    expect.verifySteps(["collections.connection 4"]);
});

test("without ledgers in trouble there is no banner", async () => {
    answer({ ...busy, ledgers: [] });
    await mountOverview();
    expect(".o_collections_ledger").toHaveCount(0);
});

test("the forecast says how good it is, and leads to the invoices of a week", async () => {
    answer(busy);
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.domain[1]]);
        },
    });
    await mountOverview();
    expect("[data-card=forecast] .o_collections_verdict").toHaveText(
        "Not enough history yet"
    );
    await click("[data-card=forecast] .o_collections_toggle");
    await animationFrame();
    expect("[data-card=forecast] tbody tr").toHaveCount(2);
    await click("[data-card=forecast] tbody tr:nth-child(2) button");
    expect.verifySteps([
        ["collections.prediction", ["expected_date", ">=", "2026-03-05"]],
    ]);
});

test("results, roll rates and targets are shown, blank where undefined", async () => {
    answer(busy);
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.domain[1]]);
        },
    });
    await mountOverview();
    expect("[data-tile=kept]").toHaveText(/75.0 %/);
    expect("[data-tile=cycle]").toHaveText(/–/);
    expect("[data-card=targets] .badge").toHaveText("Yes");
    await click("[data-card=rolls] .o_collections_toggle");
    await animationFrame();
    await click("[data-card=rolls] tbody button");
    await click("[data-tile=roll]");
    expect.verifySteps([
        ["collections.roll", ["bucket_id", "=", 2]],
        ["collections.performance", ["month", ">=", "2026-01-01"]],
    ]);
});
