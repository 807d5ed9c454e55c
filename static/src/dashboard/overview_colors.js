/**
 * Colors of the Overview's charts. Every one stands out from the background of its
 * theme with a contrast of at least 3:1, the minimum for graphics (WCAG 1.4.11); a
 * unit test holds them to it. No meaning rests on color alone: each chart has labels
 * and a table.
 */
export const BACKGROUNDS = { bright: "#ffffff", dark: "#262a36" };

const PALETTES = {
    bright: {
        text: "#111827",
        grid: "rgba(0, 0, 0, .1)",
        calm: "#0e6fc4",
        warn: "#c0392b",
        quiet: "#6b7280",
        ages: ["#0e6fc4", "#a8730f", "#be5d10", "#d0463b", "#a02436", "#6e1423"],
        series: ["#0e6fc4", "#0e8270", "#7f4295", "#be5d10", "#6b7280", "#982738"],
    },
    dark: {
        text: "#e4e4e4",
        grid: "rgba(255, 255, 255, .15)",
        calm: "#4ea7f2",
        warn: "#ff8a80",
        quiet: "#a4a8b6",
        ages: ["#4ea7f2", "#ffd86d", "#f4a261", "#f48935", "#ee7a6d", "#f2a0ac"],
        series: ["#4ea7f2", "#43c5b1", "#b9a0e8", "#f4a261", "#a4a8b6", "#f2a0ac"],
    },
};

/**
 * @param {string|null} colorScheme the cookie's `dark` or anything else
 * @returns {object} text, grid, calm, warn, quiet: colors; ages, series: lists of them
 */
export function palette(colorScheme) {
    return PALETTES[colorScheme === "dark" ? "dark" : "bright"];
}

/**
 * A color for each of some ages, from calm to alarming, however many there are.
 *
 * @param {number} count
 * @param {string[]} colors from the youngest to the oldest
 * @returns {string[]}
 */
export function ageColors(count, colors) {
    const last = colors.length - 1;
    return Array.from({ length: count }, (_, position) =>
        position ? colors[Math.max(1, last - count + 1 + position)] : colors[0]
    );
}
