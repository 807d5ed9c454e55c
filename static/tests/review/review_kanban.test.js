import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { press, queryFirst } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    MockServer,
    mockService,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

import "@collections_addon/review/review_kanban";

class Interaction extends models.Model {
    _name = "collections.interaction";

    text = fields.Char();

    _records = ["one", "two", "three"].map((text, place) => ({ id: place + 1, text }));
}

defineMailModels();
defineModels([Interaction]);

const GUESSES = [1, 2].map(
    (place) => `<button name="action_guess_${place}" type="object">${place}</button>`
);

/** Cards of three messages with two guesses each; a guess that is taken is a step. */
async function mountReview({ guesses = GUESSES.join(""), refused = false } = {}) {
    mockService("action", {
        async doActionButton({ name, resId, onClose }) {
            expect.step(`${name} ${resId}`);
            await animationFrame();
            if (!refused) {
                MockServer.env["collections.interaction"].unlink(resId);
            }
            onClose();
        },
    });
    await mountView({
        type: "kanban",
        resModel: "collections.interaction",
        searchViewArch: "<search/>",
        arch: `
            <kanban js_class="collections_review">
                <templates>
                    <div t-name="card"><field name="text"/>${guesses}</div>
                </templates>
            </kanban>`,
    });
}

const card = (text) => `.o_kanban_record:contains(${text})`;
const focusOn = (text) => queryFirst(card(text)).focus();

async function settle() {
    for (let frame = 0; frame < 4; frame++) {
        await animationFrame();
    }
}

test.tags("desktop");
test("a key takes a guess, and the next message gets the focus", async () => {
    await mountReview();
    focusOn("one");
    await press("ArrowDown");
    await press("2");
    await settle();
    expect.verifySteps(["action_guess_2 2"]);
    expect(card("three")).toBeFocused();
    await press("1");
    await settle();
    expect.verifySteps(["action_guess_1 3"]);
    expect(card("one")).toBeFocused({ message: "after the last one the one before" });
    await press("1");
    await settle();
    expect.verifySteps(["action_guess_1 1"]);
    expect(".o_kanban_record:not(.o_kanban_ghost)").toHaveCount(0);
});

test.tags("desktop");
test("keys do nothing without a message in focus, a guess, or the right to take one", async () => {
    await mountReview({ guesses: "" });
    await press("1");
    focusOn("one");
    await press("1");
    await press("3");
    await settle();
    expect.verifySteps([]);
    expect(card("one")).toBeFocused();
});

test.tags("desktop");
test("a key pressed twice takes one guess", async () => {
    await mountReview();
    focusOn("one");
    await press("1");
    await press("1");
    await settle();
    expect.verifySteps(["action_guess_1 1"]);
    expect(card("two")).toBeFocused();
});

test.tags("desktop");
test("who searches meanwhile stays there", async () => {
    await mountReview();
    focusOn("one");
    await press("1");
    await contains(".o_searchview_input").focus();
    await settle();
    expect.verifySteps(["action_guess_1 1"]);
    expect(".o_searchview_input").toBeFocused();
});

test.tags("desktop");
test("a message that is refused stays in focus", async () => {
    await mountReview({ refused: true });
    focusOn("two");
    await press("1");
    await settle();
    expect.verifySteps(["action_guess_1 2"]);
    expect(card("two")).toBeFocused();
});
