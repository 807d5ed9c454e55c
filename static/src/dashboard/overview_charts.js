import { _t } from "@web/core/l10n/translation";

import { ageColors } from "./overview_colors";

/**
 * What the Overview shows, from the plain data of `collections.overview`.
 *
 * Every function returns a chart: `type` and `data` for Chart.js, the same numbers as
 * a table (`head`, `rows`, each a list of texts; `textColumns`, the first that are no
 * numbers, 1 if not given), a sentence that sums it up, and `keys`, one per row, which
 * the screen opens when somebody chooses it.
 *
 * `format` holds functions from a value to a text (`money`, `short` money for an axis,
 * `number`, `date`, and `day`, a near date with its weekday) and `colors`, a palette.
 */

/** What is owed, by how long it is past due. */
export function agingChart(aging, format) {
    const total = sum(aging, "amount");
    const late = total - (aging[0]?.amount || 0);
    return {
        type: "bar",
        isMoney: true,
        isEmpty: !aging.some((row) => row.amount || row.credit_amount),
        data: {
            labels: aging.map((row) => row.name),
            datasets: [
                {
                    label: _t("Owed"),
                    data: aging.map((row) => row.amount),
                    backgroundColor: ageColors(aging.length, format.colors.ages),
                },
            ],
        },
        head: [_t("Days past due"), _t("Owed"), _t("Items"), _t("Credits")],
        rows: aging.map((row) => [
            row.name,
            format.money(row.amount),
            format.number(row.line_count),
            format.money(row.credit_amount),
        ]),
        keys: aging.map((row) => row.bucket_id),
        summary: _t("%(total)s owed, of which %(late)s past due.", {
            total: format.money(total),
            late: format.money(late),
        }),
    };
}

/** Owed and overdue over time. */
export function trendChart(trend, format) {
    const last = trend.at(-1);
    return {
        type: "line",
        isMoney: true,
        isEmpty: trend.length < 2,
        data: {
            labels: trend.map((point) => format.date(point.date)),
            datasets: [
                series(_t("Overdue"), trend, "overdue", format.colors.warn),
                series(_t("Owed"), trend, "receivable", format.colors.calm, [6, 4]),
            ],
        },
        head: [_t("Day"), _t("Overdue"), _t("Owed")],
        rows: trend.map((point) => [
            format.date(point.date),
            format.money(point.overdue),
            format.money(point.receivable),
        ]),
        keys: [],
        summary: last
            ? _t("From %(first)s overdue to %(last)s on %(day)s.", {
                  first: format.money(trend[0].overdue),
                  last: format.money(last.overdue),
                  day: format.date(last.date),
              })
            : "",
    };
}

/** Contacts by channel, one color per state. */
export function contactsChart(contacts, format) {
    const channels = unique(contacts, "channel", "channel_name");
    const states = unique(contacts, "state", "state_name");
    const count = (channel, state) =>
        contacts.find((row) => row.channel === channel && row.state === state)?.count ||
        0;
    const filled = contacts.filter((row) => row.count);
    return {
        type: "bar",
        stacked: true,
        isEmpty: !filled.length,
        data: {
            labels: channels.map(([, name]) => name),
            datasets: states.map(([state, label], position) => ({
                label,
                data: channels.map(([channel]) => count(channel, state)),
                backgroundColor:
                    format.colors.series[position % format.colors.series.length],
                keys: channels.map(([channel]) => ({ channel, state })),
            })),
        },
        head: [_t("Channel"), _t("State"), _t("Contacts")],
        textColumns: 2,
        rows: filled.map((row) => [
            row.channel_name,
            row.state_name,
            format.number(row.count),
        ]),
        keys: filled.map(({ channel, state }) => ({ channel, state })),
        summary: told(
            sum(contacts, "count"),
            _t("1 contact."),
            (number) => _t("%s contacts.", number),
            format
        ),
    };
}

/** Why open items were left alone by the last run. */
export function skippedChart(skipped, format) {
    const reasons = skipped.reasons;
    return {
        type: "bar",
        horizontal: true,
        isEmpty: !reasons.length,
        data: {
            labels: reasons.map((row) => row.name),
            datasets: [
                {
                    label: _t("Open items"),
                    data: reasons.map((row) => row.line_count),
                    backgroundColor: format.colors.quiet,
                },
            ],
        },
        head: [_t("Reason"), _t("Open items"), _t("Customers")],
        rows: reasons.map((row) => [
            `${row.name}: ${row.text}`,
            format.number(row.line_count),
            format.number(row.customer_count),
        ]),
        keys: reasons.map((row) => row.code),
        summary: told(
            sum(reasons, "line_count"),
            _t("1 open item was left alone."),
            (count) => _t("%s open items were left alone.", count),
            format
        ),
    };
}

/** How many customers come to their next step on each of the coming days. */
export function nextChart(days, format) {
    return {
        type: "bar",
        isEmpty: !days.some((day) => day.count),
        data: {
            labels: days.map((day) => format.day(day.date)),
            datasets: [
                {
                    label: _t("Customers"),
                    data: days.map((day) => day.count),
                    backgroundColor: format.colors.calm,
                },
            ],
        },
        head: [_t("Day"), _t("Customers")],
        rows: days.map((day) => [format.day(day.date), format.number(day.count)]),
        keys: days.map((day) => day.date),
        summary: told(
            sum(days, "count"),
            _t("1 customer comes to the next step."),
            (count) => _t("%s customers come to their next step.", count),
            format
        ),
    };
}

/**
 * The options of Chart.js for a chart of this file.
 *
 * @param {object} chart
 * @param {object} format as above
 * @param {boolean} isRtl whether the user reads from right to left
 * @returns {object}
 */
export function chartOptions(chart, format, isRtl) {
    const text = axisText(chart, format);
    const category = {
        stacked: Boolean(chart.stacked),
        reverse: isRtl && !chart.horizontal,
        position: isRtl && chart.horizontal ? "right" : undefined,
        ticks: {
            color: format.colors.text,
            autoSkip: !chart.horizontal,
            maxTicksLimit: chart.type === "line" ? 7 : undefined,
            maxRotation: 45,
        },
        grid: { display: false },
    };
    const value = {
        stacked: Boolean(chart.stacked),
        beginAtZero: true,
        max: chart.isPercent ? 100 : undefined,
        reverse: isRtl && Boolean(chart.horizontal),
        position: isRtl && !chart.horizontal ? "right" : undefined,
        ticks: {
            color: format.colors.text,
            callback: (number) =>
                Number.isInteger(number) || chart.isMoney ? text(number) : "",
        },
        grid: { color: format.colors.grid },
    };
    return {
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        indexAxis: chart.horizontal ? "y" : "x",
        datasets: { bar: { maxBarThickness: chart.horizontal ? 28 : 72 } },
        interaction: {
            mode: chart.type === "line" ? "index" : "nearest",
            intersect: false,
        },
        scales: chart.horizontal
            ? { x: value, y: category }
            : { x: category, y: value },
        plugins: {
            legend: {
                display: chart.data.datasets.length > 1,
                rtl: isRtl,
                labels: {
                    color: format.colors.text,
                    usePointStyle: true,
                    pointStyle: chart.type === "line" ? "line" : "rect",
                },
            },
            tooltip: {
                rtl: isRtl,
                callbacks: {
                    label: (item) =>
                        `${item.dataset.label}: ${
                            chart.isMoney ? format.money(item.raw) : text(item.raw)
                        }`,
                },
            },
        },
    };
}

function axisText(chart, format) {
    if (chart.isPercent) {
        return (number) => `${format.decimal(number)} %`;
    }
    return chart.isMoney ? format.short : format.number;
}

function series(label, points, key, color, borderDash = []) {
    return {
        label,
        data: points.map((point) => point[key]),
        borderColor: color,
        backgroundColor: color,
        borderDash,
        borderWidth: 2,
        pointRadius: 0,
        pointHitRadius: 8,
        tension: 0.2,
    };
}

/** A sentence about a count: as it is of one, or made of several. */
function told(count, one, several, format) {
    return count === 1 ? one : several(format.number(count));
}

function sum(rows, key) {
    return rows.reduce((total, row) => total + row[key], 0);
}

function unique(rows, key, label) {
    return [...new Map(rows.map((row) => [row[key], row[label]]))];
}
