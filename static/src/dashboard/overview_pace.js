import { _t } from "@web/core/l10n/translation";

const BLANK = "–";

/**
 * How fast customers pay, as tiles: each with its formula, blank where it has none.
 *
 * @param {Object} pace what `get_overview` says; null where a figure is undefined
 * @param {Object} format of the Overview
 * @param {Function} open (title) -> what opens the daily figures
 * @returns {Object[]} tiles
 */
export function paceTiles(pace, format, open) {
    const days = (value) => (value === null ? BLANK : format.decimal(value));
    const daysNote = (value) =>
        value === null ? _t("no sales in 90 days") : _t("days");
    const tile = (key, label, value, note, formula) => {
        return { key, label, value, note, formula, open: open(label) };
    };
    return [
        tile(
            "dso",
            _t("DSO"),
            days(pace.dso),
            pace.dso === null
                ? _t("not known yet")
                : pace.is_least
                  ? _t("days at least")
                  : _t("days"),
            _t(
                "Days sales outstanding, counted back: the sales of the latest months are taken off what is owed until it is used up; the days of these months are the figure. Of several companies by last night's results."
            )
        ),
        tile(
            "dso_simple",
            _t("DSO, simple"),
            days(pace.simple),
            daysNote(pace.simple),
            _t("Receivables less credits ÷ credit sales of 90 days × 90.")
        ),
        tile(
            "dso_best",
            _t("Best possible DSO"),
            days(pace.best),
            daysNote(pace.best),
            _t(
                "Receivables not yet due ÷ credit sales of 90 days × 90: simple DSO if everybody paid on the due date."
            )
        ),
        tile(
            "add",
            _t("Average days delinquent"),
            days(pace.delinquent),
            daysNote(pace.delinquent),
            _t("Simple DSO less the best possible one.")
        ),
        tile(
            "cei",
            _t("Collection effectiveness"),
            pace.effectiveness === null
                ? BLANK
                : `${format.decimal(pace.effectiveness)} %`,
            pace.effectiveness === null ? _t("not known yet") : _t("of 90 days"),
            _t(
                "(Receivables 90 days ago + credit sales − receivables now) ÷ (receivables 90 days ago + credit sales − receivables now not yet due) × 100. 100 is all that could be collected."
            )
        ),
        tile(
            "sales",
            _t("Credit sales"),
            format.money(pace.sales),
            _t("in 90 days"),
            _t("Invoices less credit notes of the last 90 days, tax included.")
        ),
    ];
}
