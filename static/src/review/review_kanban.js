import { onPatched } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

const GUESSES = ["1", "2", "3"];

/**
 * Messages to review by one key each: arrows go from card to card, 1 to 3 take a guess.
 *
 * The next message is chosen then, so that a hundred are reviewed without the mouse.
 */
export class ReviewKanbanRenderer extends KanbanRenderer {
    setup() {
        super.setup();
        this.confirmed = null;
        const area = () => this.rootRef.el;
        GUESSES.forEach((key) =>
            useHotkey(key, ({ target }) => this.confirm(key, target), { area })
        );
        onPatched(() => this.goOn());
    }

    get cards() {
        return [
            ...this.rootRef.el.querySelectorAll(
                ".o_kanban_record:not(.o_kanban_ghost)"
            ),
        ];
    }

    /**
     * @param {string} key the guess that the message in focus is confirmed by
     * @param {HTMLElement} target what is in focus: a card, or something in it
     */
    confirm(key, target) {
        const card = target.closest(".o_kanban_record");
        const button = card?.querySelector(`button[name="action_guess_${key}"]`);
        if (button && !button.disabled) {
            this.confirmed = { card, place: this.cards.indexOf(card) };
            button.click();
        }
    }

    /**
     * What was confirmed leaves the list: the one that took its place gets the focus.
     *
     * Not where a person has gone elsewhere meanwhile, to the search for instance.
     */
    goOn() {
        const { cards, confirmed } = this;
        if (!confirmed || cards.includes(confirmed.card)) {
            return;
        }
        this.confirmed = null;
        const focus = document.activeElement;
        if (focus === document.body || this.rootRef.el.contains(focus)) {
            cards[Math.min(confirmed.place, cards.length - 1)]?.focus();
        }
    }
}

registry
    .category("views")
    .add("collections_review", { ...kanbanView, Renderer: ReviewKanbanRenderer });
