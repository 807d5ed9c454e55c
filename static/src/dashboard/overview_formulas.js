import { _t } from "@web/core/l10n/translation";

/**
 * What the charts of the Overview show, in a sentence each.
 *
 * @returns {Object} card -> text
 */
export function formulas() {
    return {
        aging: _t("What is owed, before credits, by days past the due date."),
        trend: _t(
            "Owed: open items before credits. Overdue: those past due. As of each day; days before the first daily figures come from the dates of invoices and payments."
        ),
        contacts: _t(
            "Contacts under way now, made today, or prepared by today's run, by channel and state."
        ),
        skipped: _t(
            "Open items the last run did not contact anybody about, by its reason."
        ),
        top: _t("Customers by the sum of their overdue items at the last evaluation."),
        next: _t(
            "Customers by the day of their next step; what should have happened before counts today."
        ),
        rolls: _t(
            "Of what was owed at the begin of the last month, by age: the share that was paid or credited by its end, cured (in a payment plan by then), of the same age, or older. The last is the roll rate."
        ),
        targets: _t(
            "Figures of a day: the latest. Collected: of this month. All others: of this month and the two before."
        ),
    };
}
