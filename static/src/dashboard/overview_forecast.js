import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

import { OverviewCard } from "./overview_card";

/**
 * The cash-in forecast as a chart: what came in the last weeks, what is expected in the
 * coming ones, and the band.
 *
 * @param {Object} forecast what `get_overview` says
 * @param {Object} format of the Overview
 * @returns {Object} a chart, see overview_charts.js
 */
export function forecastChart({ past, weeks }, format) {
    const all = [...past, ...weeks];
    const blank = past.map(() => null);
    const line = (label, key) => ({
        type: "line",
        label,
        data: [...blank, ...weeks.map((week) => week[key])],
        borderColor: format.colors.warn,
        backgroundColor: format.colors.warn,
        borderDash: [4, 4],
        borderWidth: 2,
        pointRadius: 0,
        tension: 0.2,
    });
    return {
        type: "bar",
        isMoney: true,
        isEmpty: !weeks.length,
        data: {
            labels: all.map((week) => format.date(week.start)),
            datasets: [
                line(_t("High"), "high"),
                line(_t("Low"), "low"),
                {
                    label: _t("Came"),
                    data: past.map((week) => week.actual),
                    backgroundColor: format.colors.quiet,
                    grouped: false,
                },
                {
                    label: _t("Expected"),
                    data: [...blank, ...weeks.map((week) => week.expected)],
                    backgroundColor: format.colors.calm,
                    grouped: false,
                },
            ],
        },
        head: [
            _t("Week from"),
            _t("Came"),
            _t("Expected"),
            _t("At least"),
            _t("At most"),
        ],
        rows: [
            ...past.map((week) => [
                format.date(week.start),
                format.money(week.actual),
                "",
                "",
                "",
            ]),
            ...weeks.map((week) => [
                format.date(week.start),
                "",
                format.money(week.expected),
                format.money(week.low),
                format.money(week.high),
            ]),
        ],
        keys: [
            ...past.map((week) => ({ ...week, isPast: true })),
            ...weeks.map((week) => ({ ...week, isPast: false })),
        ],
        summary: weeks.length
            ? _t("%(next)s expected in the next 7 days, %(all)s in %(count)s weeks.", {
                  next: format.money(weeks[0].expected),
                  all: format.money(
                      weeks.reduce((total, week) => total + week.expected, 0)
                  ),
                  count: weeks.length,
              })
            : "",
    };
}

/** The card of the forecast: the chart, how good it has been, and what stands behind. */
export class OverviewForecast extends Component {
    static template = "collections_addon.OverviewForecast";
    static components = { OverviewCard };
    static props = {
        forecast: Object,
        chart: Object,
        format: Object,
        busy: Boolean,
        make: Function,
        open: Function,
    };

    get formula() {
        return _t(
            "Of what is owed today: open amount × probability to be paid in the week; promises and installments on their days, as often as they are kept. Corrected by how past forecasts were off. In four of five weeks what comes should lie between the two lines."
        );
    }

    /** The invoices expected in a week, or the forecasts of a week that is over. */
    openWeek({ start, end, isPast }) {
        if (isPast) {
            return this.props.open(
                _t("Forecast and What Came"),
                "collections.forecast.week",
                [
                    ["date_start", "<=", end],
                    ["date_end", ">=", start],
                    ["is_weekly", "=", true],
                ],
                ["list", "pivot", "graph"]
            );
        }
        return this.props.open(
            _t("Expected From %s", start),
            "collections.prediction",
            [
                ["expected_date", ">=", start],
                ["expected_date", "<=", end],
            ]
        );
    }

    openForecasts() {
        const domain = [["id", "in", this.props.forecast.ids]];
        return this.props.open(_t("Cash-in Forecast"), "collections.forecast", domain);
    }
}
