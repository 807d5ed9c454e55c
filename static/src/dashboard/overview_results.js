import { _t } from "@web/core/l10n/translation";

const BLANK = "–";

/**
 * What collecting has brought and cost, as tiles.
 *
 * @param {Object} results what `get_overview` says; null where a figure is undefined
 * @param {Object} format of the Overview
 * @param {Function} open opens the results
 * @returns {Object[]} tiles
 */
export function resultTiles(results, format, open) {
    const percent = (share) =>
        share === null ? BLANK : `${format.decimal(100 * share)} %`;
    const months = _t("3 months");
    const tile = (key, label, value, note, formula) => ({
        key,
        label,
        value,
        note,
        formula,
        open,
    });
    return [
        tile(
            "collected",
            _t("Collected"),
            format.money(results.collected),
            results.is_counted ? _t("this month") : _t("not counted yet"),
            _t("Payments of this month on invoices. Credit notes are no money.")
        ),
        tile(
            "kept",
            _t("Promises kept"),
            percent(results.kept),
            _t("of %s in 3 months", format.number(results.promises)),
            _t(
                "Promises paid in full by their date and grace ÷ promises whose time was up. By money: %s.",
                percent(results.kept_amount)
            )
        ),
        tile(
            "cycle",
            _t("Dispute cycle"),
            results.cycle === null ? BLANK : format.decimal(results.cycle),
            results.cycle === null ? _t("none ended in 3 months") : _t("days"),
            results.disputes === 1
                ? _t(
                      "Days from the opening to the end of the one dispute that ended in 3 months."
                  )
                : _t(
                      "Mean days from the opening to the end of the %s disputes that ended in 3 months.",
                      format.number(results.disputes)
                  )
        ),
        tile(
            "roll",
            _t("Roll rate"),
            percent(results.roll),
            months,
            _t(
                "Of what was owed at the begin of each month, the oldest age left out, the share that was an age older at its end."
            )
        ),
        tile(
            "cost",
            _t("Cost of 100 collected"),
            results.cost === null ? BLANK : format.money(100 * results.cost),
            months,
            _t("Cost of all contacts ÷ payments × 100, by the price of each day.")
        ),
        tile(
            "contact_rate",
            _t("Contacts per 1,000 collected"),
            results.contacts === null ? BLANK : format.decimal(results.contacts),
            months,
            _t("Contacts made ÷ payments × 1,000.")
        ),
    ];
}

/**
 * Where the money of each age went in a month, as shares that make up a whole.
 *
 * @param {Object} rolls what `get_overview` says
 * @param {Object} format of the Overview
 * @returns {Object} a chart, see overview_charts.js
 */
export function rollChart({ month, rows }, format) {
    const { calm, quiet, warn, series } = format.colors;
    const percent = (share) => `${format.decimal(100 * share)} %`;
    const part = (label, key, backgroundColor) => ({
        label,
        data: rows.map((row) => Math.round(1000 * row[key]) / 10),
        backgroundColor,
    });
    return {
        type: "bar",
        stacked: true,
        isPercent: true,
        isEmpty: !rows.length,
        data: {
            labels: rows.map((row) => row.name),
            datasets: [
                part(_t("Settled"), "settled", calm),
                part(_t("Cured"), "cured", series[1]),
                part(_t("Same age"), "stayed", quiet),
                part(_t("Older"), "rolled", warn),
            ],
        },
        head: [
            _t("Age before"),
            _t("Owed at begin"),
            _t("Settled"),
            _t("Cured"),
            _t("Same age"),
            _t("Older"),
        ],
        rows: rows.map((row) => [
            row.name,
            format.money(row.begin),
            percent(row.settled),
            percent(row.cured),
            percent(row.stayed),
            percent(row.rolled),
        ]),
        keys: rows.map((row) => row.bucket_id),
        summary: rows.length ? _t("Month of %s.", format.date(month)) : "",
    };
}
