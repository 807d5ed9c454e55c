import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** So long the outcome of a call can be undone by a click, in milliseconds. */
const MOMENT = 12000;

/**
 * Say what was recorded of a call, with a button that takes it back.
 *
 * @param {Object} services
 * @param {Object} params of the client action: title, message, action_id
 * @param {function(Object): void} onUndone gets what the server gave back: `note`
 */
export function tellRecorded({ notification, orm }, params, onUndone) {
    const undo = async () => {
        close();
        const back = await orm.call("dunning.action", "action_undo_outcome", [
            [params.action_id],
        ]);
        notification.add(_t("Undone: the call is as it was before."), { type: "info" });
        onUndone(back);
    };
    const close = notification.add(params.message, {
        title: params.title,
        type: params.type,
        autocloseDelay: MOMENT,
        buttons: [{ name: _t("Undo"), onClick: undo }],
    });
}

/** The same after a click in any other view, which is read anew when it is undone. */
registry.category("actions").add("collections_call_recorded", (env, { params }) => {
    tellRecorded(env.services, params, () =>
        env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" })
    );
    return params.next;
});
