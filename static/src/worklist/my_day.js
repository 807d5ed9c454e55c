import {
    Component,
    markup,
    onMounted,
    onWillUnmount,
    status,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatCurrency } from "@web/core/currency";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { useSetupAction } from "@web/search/action_hook";
import { formatInteger } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { tellRecorded } from "./call_recorded";

const { DateTime } = luxon;

/** Outcomes of a call, in the order of the keys 1 to 9 and 0. */
export const OUTCOMES = [
    { code: "promised", label: _t("Will pay"), icon: "fa-handshake-o" },
    { code: "paid", label: _t("Says it is paid"), icon: "fa-check" },
    { code: "disputed", label: _t("Disputes it"), icon: "fa-gavel" },
    { code: "cannot_pay", label: _t("Cannot pay now"), icon: "fa-life-ring" },
    { code: "refused", label: _t("Refuses"), icon: "fa-ban" },
    { code: "callback", label: _t("Call back …"), icon: "fa-clock-o" },
    { code: "no_answer", label: _t("No answer"), icon: "fa-bell-slash-o" },
    { code: "voicemail", label: _t("Voicemail"), icon: "fa-microphone" },
    { code: "wrong_number", label: _t("Wrong number"), icon: "fa-times" },
    { code: "reached", label: _t("Nothing agreed"), icon: "fa-comment-o" },
];

/** What is begun with a customer: a method of the case, or an action on it. */
export const BEGUN = [
    { label: _t("Promise …"), method: "action_new_promise" },
    { label: _t("Dispute …"), method: "action_new_dispute" },
    {
        label: _t("Payment plan …"),
        action: "collections_addon.action_collections_plan_wizard",
    },
    { label: _t("Message …"), action: "collections_addon.action_collections_message" },
    { label: _t("Hold …"), action: "collections_addon.action_collections_hold_wizard" },
    { label: _t("Complaint …"), method: "action_new_complaint" },
];

/** An action as the action service wants it: the buttons of a form get it so from the server. */
function whole(action) {
    if (action.type !== "ir.actions.act_window" || action.views) {
        return action;
    }
    const views = (action.view_mode || "form").split(",").map((mode) => [false, mode]);
    return { ...action, views };
}

/** A collector's day: the ranked list, and all that is needed of one customer beside it. */
export class CollectionsMyDay extends Component {
    static template = "collections_addon.MyDay";
    static components = { ControlPanel };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.turn = 0;
        this.outcomes = OUTCOMES;
        this.begun = BEGUN;
        this.heading = useRef("heading");
        this.state = useState({
            day: null,
            customer: null,
            currentId: 0,
            busy: false,
            said: "",
            note: "",
            listed: false,
            scope: "mine",
            order: "value",
            chance: "",
            task: "",
            ...this.kept,
        });
        useSetupAction({ getLocalState: () => ({ kept: this.toKeep }) });
        this.bindKeys();
        onMounted(() => {
            this.load(0, this.state.currentId);
            this.clock = browser.setInterval(() => this.tick(), 60000);
        });
        onWillUnmount(() => browser.clearInterval(this.clock));
        useEffect(
            (id) => {
                if (id) {
                    this.heading.el?.focus();
                }
            },
            () => [this.state.customer?.id]
        );
    }

    /** Choices and customer, as they were before something else was opened from here. */
    get kept() {
        return this.props.state?.kept || {};
    }

    get toKeep() {
        const { currentId, scope, order, chance, task } = this.state;
        return { currentId, scope, order, chance, task };
    }

    bindKeys() {
        const able = (run) => () => {
            if (!this.state.busy && this.state.customer) {
                run();
            }
        };
        useHotkey(
            "n",
            able(() => this.step(1))
        );
        useHotkey(
            "p",
            able(() => this.step(-1))
        );
        useHotkey(
            "o",
            able(() => this.openCase())
        );
        useHotkey("d", able(this.canWork(() => this.finish("action_done"))));
        useHotkey("l", able(this.canWork(() => this.finish("action_later"))));
        OUTCOMES.forEach(({ code }, index) =>
            useHotkey(
                String((index + 1) % 10),
                able(this.canWork(() => this.outcome(code)))
            )
        );
    }

    canWork(run) {
        return () => this.state.day.can_work && run();
    }

    // Loading

    get all() {
        const { day } = this.state;
        return day ? [...day.items, ...day.later] : [];
    }

    get index() {
        return this.all.findIndex((item) => item.id === this.state.currentId);
    }

    /** Calls that customers asked for come up at their time, without a hand's turn. */
    async tick() {
        const { day, busy } = this.state;
        const soon = DateTime.now().plus({ minutes: 5 });
        const due = day?.later.filter(
            (item) => deserializeDateTime(item.callback_at) <= soon
        );
        if (busy || !due?.length) {
            return;
        }
        await this.readDay();
        this.state.said = _t(
            "It is time to call %s.",
            due.map((item) => item.name).join(", ")
        );
    }

    async readDay() {
        const { scope, order, chance, task } = this.state;
        const turn = ++this.turn;
        const day = await this.orm.call("collections.worklist", "get_day", [], {
            scope,
            order,
            chance: chance || null,
            task: task || null,
        });
        if (turn === this.turn) {
            this.state.day = day;
        }
    }

    /**
     * Read the list anew and show a customer.
     *
     * @param {number} place on the list, where the wanted one is not on it
     * @param {number} wanted id of an item
     */
    async load(place = 0, wanted = 0) {
        await this.readDay();
        if (this.state.scope === "mine" && !this.state.day.can_work) {
            this.state.scope = "all";
            await this.load();
            return;
        }
        await this.showFrom(place, wanted);
    }

    showFrom(place, wanted) {
        const { all } = this;
        const next =
            all.find((item) => item.id === wanted) ||
            all[Math.min(place, all.length - 1)];
        return this.show(next ? next.id : 0);
    }

    async show(id) {
        this.state.note = id === this.state.customer?.id ? this.state.note : "";
        this.state.listed = false;
        this.state.currentId = id;
        const customer = id
            ? await this.orm.call("collections.worklist", "get_customer", [id])
            : null;
        if (this.state.currentId !== id) {
            return;
        }
        this.state.customer = customer;
        this.state.said = this.announcement;
    }

    get announcement() {
        const { customer, day } = this.state;
        if (!customer) {
            return _t("Nothing is left to do.");
        }
        return _t("%(name)s, %(place)s of %(left)s.", {
            name: customer.name,
            place: this.index + 1,
            left: day.left,
        });
    }

    step(by) {
        const { all, index } = this;
        const next = all[index + by];
        return next && this.show(next.id);
    }

    choose(name, ev) {
        this.state[name] = ev.target.value;
        return this.load();
    }

    // What is done

    async act(run) {
        this.state.busy = true;
        try {
            await run();
        } finally {
            this.state.busy = false;
        }
    }

    finish(method) {
        const place = this.index;
        const { currentId: id, customer } = this.state;
        return this.act(async () => {
            await this.orm.call("collections.worklist.item", method, [[id]]);
            const said =
                method === "action_done"
                    ? _t("%s: done for today.", customer.name)
                    : _t("%s: not today.", customer.name);
            const close = this.notification.add(said, {
                type: "success",
                buttons: [{ name: _t("Undo"), onClick: () => this.undo(id, close) }],
            });
            await this.load(place);
        });
    }

    /** Take it up again, also from another screen: the message outlives this one. */
    async undo(id, close) {
        close();
        const { orm } = this.env.services;
        await orm.call("collections.worklist.item", "action_reopen", [[id]]);
        if (status(this) !== "destroyed") {
            await this.load(0, id);
        }
    }

    outcome(code) {
        const place = this.index;
        return this.act(async () => {
            const result = whole(
                await this.orm.call(
                    "collections.worklist.item",
                    "action_outcome",
                    [[this.state.currentId]],
                    {
                        context: {
                            call_outcome: code,
                            call_note: this.state.note.trim(),
                        },
                    }
                )
            );
            if (result.type === "ir.actions.client") {
                const { currentId: id } = this.state;
                tellRecorded(this.env.services, result.params, (back) =>
                    this.backAgain(id, back)
                );
                this.state.note = "";
                await this.load(place);
            } else if (result.target === "new") {
                const before = { ...this.all[place] };
                await this.action.doAction(result, {
                    onClose: () => this.afterWindow(place, before),
                });
            } else {
                await this.action.doAction(result);
            }
        });
    }

    /** An outcome was undone: its customer is shown again, with what was noted. */
    async backAgain(id, { note }) {
        await this.load(0, id);
        if (this.state.currentId === id) {
            this.state.note = note;
        }
    }

    /** Cancelled, the same customer is there still, with what was noted; else the next one. */
    async afterWindow(place, before) {
        await this.readDay();
        const same = this.all.find(
            ({ id, callback_at: at }) => id === before.id && at === before.callback_at
        );
        await this.showFrom(place, same?.id);
    }

    // What is shown

    money(amount, currencyId = this.state.day.currency_id) {
        return formatCurrency(amount, currencyId, { digits: [16, 0] });
    }

    count(number) {
        return formatInteger(number);
    }

    /** What all left is worth; converted at today's rate where there are several companies. */
    get total() {
        const { left_value: value, companies } = this.state.day;
        return companies.length ? `≈ ${this.money(value)}` : this.money(value);
    }

    days(count) {
        return count === 1 ? _t("1 day late") : _t("%s days late", count);
    }

    percent(share) {
        return `${Math.round(100 * share)} %`;
    }

    time(text) {
        return deserializeDateTime(text).toFormat("HH:mm");
    }

    get callScript() {
        return markup(this.state.customer.call_script);
    }

    get companiesText() {
        return this.state.day.companies.join(", ");
    }

    get progress() {
        const { done, left } = this.state.day;
        return done + left ? Math.round((100 * done) / (done + left)) : 100;
    }

    get whose() {
        const { stands_in_for: names } = this.state.day;
        return names.length && this.state.scope === "mine"
            ? _t("You also do the work of %s.", names.join(", "))
            : "";
    }

    // What stands behind

    openCase() {
        return this.open("collections.case", this.state.customer.case_id);
    }

    /** What was done today, by whom, to look at or take up again. */
    openDone() {
        return this.action.doAction(
            "collections_addon.action_collections_worklist_done"
        );
    }

    open(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    /** Begin something with the customer, and come back to it. */
    begin({ method, action }) {
        const { case_id: id } = this.state.customer;
        const { index: place } = this;
        const wanted = this.state.currentId;
        return this.act(async () => {
            const result =
                action ||
                whole(await this.orm.call("collections.case", method, [[id]]));
            const isWindow = action || result.target === "new";
            await this.action.doAction(result, {
                ...(isWindow && { onClose: () => this.load(place, wanted) }),
                ...(action && {
                    additionalContext: {
                        active_model: "collections.case",
                        active_id: id,
                        active_ids: [id],
                    },
                }),
            });
        });
    }
}

registry.category("actions").add("collections_my_day", CollectionsMyDay);
