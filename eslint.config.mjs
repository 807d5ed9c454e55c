// Rules written out, nothing imported: the linter lies in a cache outside this folder.
const globals = {};
for (const name of [
    "console", "document", "window", "navigator", "location", "fetch", "URL",
    "URLSearchParams", "setTimeout", "clearTimeout", "setInterval", "clearInterval",
    "FormData", "Event", "CustomEvent", "HTMLElement", "Intl", "odoo", "luxon",
    "requestAnimationFrame", "Blob", "File", "AbortController", "Chart",
]) {
    globals[name] = "readonly";
}

export default [
    {
        files: ["static/**/*.js"],
        languageOptions: { ecmaVersion: 2024, sourceType: "module", globals },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            "consistent-return": "error",
            curly: "error",
            eqeqeq: ["error", "always", { null: "ignore" }],
            "no-constant-condition": "error",
            "no-debugger": "error",
            "no-dupe-keys": "error",
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-redeclare": "error",
            "no-shadow": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
