import { destroy, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { click, edit, press, queryAllTexts, select } from "@odoo/hoot-dom";
import {
    allowTranslations,
    defineModels,
    makeMockEnv,
    mockService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { getDefaultConfig } from "@web/views/view";

import { CollectionsMyDay } from "@collections_addon/worklist/my_day";

class Worklist extends models.Model {
    _name = "collections.worklist";
}

class WorklistItem extends models.Model {
    _name = "collections.worklist.item";
}

class DunningAction extends models.Model {
    _name = "dunning.action";
}

defineMailModels();
defineModels([Worklist, WorklistItem, DunningAction]);

const item = (id, name) => ({
    id,
    name,
    value: 10,
    chaseable: 100,
    overdue: 100,
    at_risk: 50,
    days: 3,
    chance: 0.5,
    group: "",
    tasks: [],
    callback_at: "",
    currency_id: 1,
    company: "",
    user: "",
    is_mine: true,
});

const day = {
    today: "2026-03-05",
    made_for: "2026-03-05",
    companies: [],
    currency_id: 1,
    can_work: true,
    can_manage: true,
    items: [item(1, "First Ltd"), item(2, "Second Ltd")],
    later: [],
    left: 2,
    left_value: 20,
    done: 0,
    found: 2,
    people: [{ id: 7, name: "Ann", left: 2 }],
    unassigned: 0,
    stands_in_for: [],
    tasks: [],
};

const customer = (id) => ({
    id,
    name: id === 1 ? "First Ltd" : "Second Ltd",
    case_id: 10 + id,
    company: "",
    agreed: [],
    contact: {
        person: "",
        email: "",
        phones: [],
        language: "",
        zone: "UTC",
        clock: "10:00",
        channel: "",
        hours: "",
        collector: "",
    },
    figures: [],
    why: { parts: [["Money", "$ 1"]], value: "$ 1", change: "", tasks: "" },
    notices: [],
    invoices: { rows: [], more: 0 },
    history: [],
    script: ["Greet"],
    call_script: "",
    next: "",
    done_how: "",
});

async function settle() {
    await animationFrame();
    await animationFrame();
    await animationFrame();
}

async function mountDay(given = {}, state = undefined) {
    onRpc("collections.worklist", "get_day", ({ kwargs }) => {
        expect.step(`day ${kwargs.scope} ${kwargs.order}`);
        return { ...day, ...given };
    });
    onRpc("collections.worklist", "get_customer", ({ args }) => customer(args[0]));
    allowTranslations();
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(MainComponentsContainer, { env });
    const screen = await mountWithCleanup(CollectionsMyDay, {
        env,
        props: { action: {}, actionId: 1, ...(state && { state }) },
    });
    await settle();
    return screen;
}

test("the next customer comes on one key, is in focus and is told", async () => {
    await mountDay();
    expect("h1").toHaveText("First Ltd");
    await press("n");
    await settle();
    expect("h1").toHaveText("Second Ltd");
    expect("h1").toBeFocused();
    expect("[role=status]").toHaveText("Second Ltd, 2 of 2.");
    await press("n");
    await settle();
    expect("h1").toHaveText("Second Ltd", { message: "the last one stays" });
    await press("p");
    await settle();
    expect("h1").toHaveText("First Ltd");
    expect.verifySteps(["day mine value"]);
});

test("an outcome is recorded by its key, and the list is read again", async () => {
    onRpc("collections.worklist.item", "action_outcome", ({ args, kwargs }) => {
        expect.step(`${args[0]} ${kwargs.context.call_outcome}`);
        return {
            type: "ir.actions.client",
            tag: "collections_call_recorded",
            params: { message: "Noted", action_id: 9, next: {} },
        };
    });
    await mountDay();
    await press("8");
    await settle();
    expect(".o_notification").toHaveText(/Noted/);
    expect.verifySteps(["day mine value", "1 voicemail", "day mine value"]);
});

test("an outcome is undone, also from another screen; what was noted is there again", async () => {
    onRpc("collections.worklist.item", "action_outcome", () => ({
        type: "ir.actions.client",
        tag: "collections_call_recorded",
        params: { message: "Noted", action_id: 9, next: {} },
    }));
    onRpc("dunning.action", "action_undo_outcome", ({ args }) => {
        expect.step(`undo ${args[0]}`);
        return { note: "Rang long" };
    });
    const screen = await mountDay();
    await press("n");
    await settle();
    await press("8");
    await settle();
    await click(".o_notification_buttons button");
    await settle();
    expect("h1").toHaveText("Second Ltd");
    expect("textarea").toHaveValue("Rang long");
    expect.verifySteps([
        "day mine value",
        "day mine value",
        "undo 9",
        "day mine value",
    ]);
    await press("8");
    await settle();
    destroy(screen);
    await click(".o_notification_buttons button");
    await settle();
    expect.verifySteps(["day mine value", "undo 9"]);
});

test("an outcome that asks for more opens its dialog, then the list is read again", async () => {
    onRpc("collections.worklist.item", "action_outcome", () => ({
        type: "ir.actions.act_window",
        res_model: "dunning.call.outcome",
        res_id: 3,
        view_mode: "form",
        target: "new",
    }));
    mockService("action", {
        doAction({ views }, { onClose }) {
            expect.step(views);
            onClose();
        },
    });
    await mountDay();
    await press("6");
    await settle();
    expect.verifySteps(["day mine value", [[false, "form"]], "day mine value"]);
});

test("a manager looks at the day of somebody else, in another order", async () => {
    await mountDay();
    expect(queryAllTexts("select:first option")).toEqual([
        "My work",
        "Everybody's work",
        "Ann (2)",
    ]);
    await click("select:first");
    await select("7");
    await settle();
    await click("select:eq(1)");
    await select("unlikely");
    await settle();
    expect.verifySteps(["day mine value", "day 7 value", "day 7 unlikely"]);
});

test("whoever only looks has no keys that change anything", async () => {
    await mountDay({ can_work: false, can_manage: false });
    expect("[data-outcome]").toHaveCount(0);
    await press("d");
    await press("1");
    await settle();
    expect.verifySteps(["day mine value", "day all value"]);
});

test("an empty day says why", async () => {
    await mountDay({ items: [], left: 0, found: 0 });
    expect("h2").toHaveText("Nothing is left to do");
    expect.verifySteps(["day mine value"]);
});

test("what was said goes with the outcome; a cancelled window leaves all as it was", async () => {
    onRpc("collections.worklist.item", "action_outcome", ({ kwargs }) => {
        expect.step(kwargs.context.call_note);
        return {
            type: "ir.actions.act_window",
            res_model: "collections.promise",
            views: [[false, "form"]],
            target: "new",
        };
    });
    mockService("action", { doAction: (_action, { onClose }) => onClose() });
    await mountDay();
    await press("n");
    await settle();
    await click("textarea");
    await edit("After payday");
    await click("h1");
    await click("[data-outcome=promised]");
    await settle();
    expect("h1").toHaveText("Second Ltd");
    expect("textarea").toHaveValue("After payday");
    expect.verifySteps(["day mine value", "After payday", "day mine value"]);
});

test("what was done by mistake is taken back", async () => {
    for (const method of ["action_done", "action_reopen"]) {
        onRpc("collections.worklist.item", method, ({ args }) => {
            expect.step(`${method} ${args[0]}`);
            return true;
        });
    }
    await mountDay();
    await press("d");
    await settle();
    await click(".o_notification_buttons button");
    await settle();
    expect("h1").toHaveText("First Ltd");
    expect.verifySteps([
        "day mine value",
        "action_done 1",
        "day mine value",
        "action_reopen 1",
        "day mine value",
    ]);
});

test("what was done by mistake is taken back from another screen, too", async () => {
    for (const method of ["action_done", "action_reopen"]) {
        onRpc("collections.worklist.item", method, () => {
            expect.step(method);
            return true;
        });
    }
    const screen = await mountDay();
    await press("d");
    await settle();
    destroy(screen);
    await click(".o_notification_buttons button");
    await settle();
    expect.verifySteps([
        "day mine value",
        "action_done",
        "day mine value",
        "action_reopen",
    ]);
});

test("choices and customer are as before after something was opened from here", async () => {
    await mountDay({}, { kept: { scope: "all", order: "oldest", currentId: 2 } });
    expect("h1").toHaveText("Second Ltd");
    expect.verifySteps(["day all oldest"]);
});

test("of several companies each sum has its currency, and the total says it is one of them", async () => {
    const items = [
        { ...item(1, "First Ltd"), company: "Hermit" },
        { ...item(2, "Second Ltd"), company: "Elsewhere", currency_id: 2 },
    ];
    await mountDay({ items, companies: ["Hermit", "Elsewhere"] });
    expect(".o_collections_counts").toHaveText(/≈ \$\s20/);
    expect(queryAllTexts(".o_collections_day_item .fw-bold")).toEqual([
        "$ 100",
        "100 €",
    ]);
    expect.verifySteps(["day mine value"]);
});
