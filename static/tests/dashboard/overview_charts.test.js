import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";

import {
    agingChart,
    chartOptions,
    contactsChart,
    nextChart,
    skippedChart,
    trendChart,
} from "@collections_addon/dashboard/overview_charts";
import {
    ageColors,
    BACKGROUNDS,
    palette,
} from "@collections_addon/dashboard/overview_colors";

describe.current.tags("headless");
beforeEach(allowTranslations);

const format = {
    money: (amount) => `$${amount}`,
    short: (amount) => `$${amount}`,
    number: (number) => `${number}`,
    date: (text) => text,
    day: (text) => text,
    colors: palette("bright"),
};

function luminance(hex) {
    const [red, green, blue] = [1, 3, 5].map((start) => {
        const part = parseInt(hex.slice(start, start + 2), 16) / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}

test("every color stands out from its background", () => {
    for (const scheme of ["bright", "dark"]) {
        const { calm, warn, quiet, ages, series, text } = palette(scheme);
        for (const color of [calm, warn, quiet, ...ages, ...series]) {
            expect(contrast(color, BACKGROUNDS[scheme])).toBeGreaterThan(3, {
                message: `${color} on ${scheme}`,
            });
        }
        expect(contrast(text, BACKGROUNDS[scheme])).toBeGreaterThan(4.5);
    }
});

test("however many ages there are, the first is calm and the last alarming", () => {
    const { ages } = palette("bright");
    for (const count of [1, 2, 3, 6, 9]) {
        const colors = ageColors(count, ages);
        expect(colors).toHaveLength(count);
        expect(colors.every(Boolean)).toBe(true);
        expect(colors[0]).toBe(ages[0]);
        expect(colors.slice(1)).not.toInclude(ages[0]);
        if (count > 1) {
            expect(colors.at(-1)).toBe(ages.at(-1));
        }
    }
});

test("aging: the same numbers as picture and as table", () => {
    const chart = agingChart(
        [
            {
                bucket_id: 7,
                name: "Not due",
                amount: 50,
                credit_amount: 0,
                line_count: 1,
            },
            {
                bucket_id: 8,
                name: "1–30",
                amount: 300,
                credit_amount: 20,
                line_count: 2,
            },
        ],
        format
    );
    expect(chart.data.datasets[0].data).toEqual([50, 300]);
    expect(chart.rows).toEqual([
        ["Not due", "$50", "1", "$0"],
        ["1–30", "$300", "2", "$20"],
    ]);
    expect(chart.keys).toEqual([7, 8]);
    expect(chart.summary).toBe("$350 owed, of which $300 past due.");
    expect(chart.isEmpty).toBe(false);
});

test("a chart without numbers says that it is empty", () => {
    const age = {
        bucket_id: 1,
        name: "Not due",
        amount: 0,
        credit_amount: 0,
        line_count: 0,
    };
    expect(agingChart([age], format).isEmpty).toBe(true);
    expect(agingChart([], format).isEmpty).toBe(true);
    expect(trendChart([], format).isEmpty).toBe(true);
    expect(contactsChart([], format).isEmpty).toBe(true);
    expect(skippedChart({ run_ids: [], reasons: [] }, format).isEmpty).toBe(true);
    expect(nextChart([{ date: "2026-03-05", count: 0 }], format).isEmpty).toBe(true);
});

test("one point is no trend", () => {
    const point = { date: "2026-03-05", receivable: 100, overdue: 40 };
    expect(trendChart([point], format).isEmpty).toBe(true);
    const chart = trendChart(
        [point, { ...point, date: "2026-03-12", overdue: 60 }],
        format
    );
    expect(chart.isEmpty).toBe(false);
    expect(chart.data.datasets.map((set) => set.data)).toEqual([
        [40, 60],
        [100, 100],
    ]);
    expect(chart.summary).toBe("From $40 overdue to $60 on 2026-03-12.");
});

test("contacts: a bar per channel, a part per state, each knows what it stands for", () => {
    const row = (channel, state, count) => ({
        channel,
        channel_name: channel.toUpperCase(),
        state,
        state_name: state.toUpperCase(),
        count,
    });
    const chart = contactsChart(
        [row("email", "draft", 2), row("email", "sent", 3), row("call", "draft", 1)],
        format
    );
    expect(chart.data.labels).toEqual(["EMAIL", "CALL"]);
    expect(chart.data.datasets.map((set) => [set.label, set.data])).toEqual([
        ["DRAFT", [2, 1]],
        ["SENT", [3, 0]],
    ]);
    expect(chart.data.datasets[1].keys[0]).toEqual({ channel: "email", state: "sent" });
    expect(chart.rows).toHaveLength(3);
    expect(chart.keys[2]).toEqual({ channel: "call", state: "draft" });
    expect(chart.summary).toBe("6 contacts.");
    expect(contactsChart([row("email", "sent", 1)], format).summary).toBe("1 contact.");
});

test("the sentence of a reason is in the table", () => {
    const reasons = [
        {
            code: "not_due",
            name: "Not due yet",
            text: "Later.",
            line_count: 5,
            customer_count: 2,
        },
    ];
    const chart = skippedChart({ run_ids: [1], reasons }, format);
    expect(chart.rows).toEqual([["Not due yet: Later.", "5", "2"]]);
    expect(chart.keys).toEqual(["not_due"]);
});

test("from right to left the axes are turned around", () => {
    const bars = nextChart([{ date: "2026-03-05", count: 2 }], format);
    expect(chartOptions(bars, format, false).scales.x.reverse).toBe(false);
    expect(chartOptions(bars, format, true).scales.x.reverse).toBe(true);
    expect(chartOptions(bars, format, true).scales.y.position).toBe("right");
    const reasons = skippedChart({ run_ids: [], reasons: [] }, format);
    expect(chartOptions(reasons, format, true).scales.x.reverse).toBe(true);
    expect(chartOptions(reasons, format, true).indexAxis).toBe("y");
});
