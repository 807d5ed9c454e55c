import { inputFiles } from "@web/../tests/utils";
import { registry } from "@web/core/registry";

const LIST = [
    "Kunde;Rechnungsnr.;Fällig am;Feld 4;Offener Betrag",
    "Cedar Bakery;A-1;04.02.2026;x;100,00",
    "Dune Hotel;A-2;bald;x;80,00",
].join("\n");

registry.category("web_tour.tours").add("collections_file_import", {
    steps: () => [
        {
            content: "Name the ledger and choose a list",
            trigger: ".o_field_widget[name='ledger_name'] input",
            run: "edit Old Program",
        },
        {
            trigger: ".o_field_widget[name='file'] .o_select_file_button",
            async run() {
                const file = new File([LIST], "offen.csv", { type: "text/csv" });
                await inputFiles(".o_field_widget[name='file'] input[type='file']", [
                    file,
                ]);
            },
        },
        {
            trigger: ".o_field_widget[name='file'] input.o_input:value('offen.csv')",
        },
        {
            trigger: "button[name='action_read']",
            run: "click",
        },
        {
            content: "The columns are known by their names",
            trigger:
                ".o_field_widget[name='column_ids'] .o_data_row:contains('Fällig am') td[name='field']:contains('Due Date')",
        },
        {
            content: "A column without a meaning is not used",
            trigger:
                ".o_field_widget[name='column_ids'] .o_data_row:contains('Feld 4'):not(:contains('Due Date'))",
        },
        {
            trigger: "button[name='action_check']",
            run: "click",
        },
        {
            content: "What it brings is told before anything is written",
            trigger: ".o_field_widget[name='summary']:contains('open invoices: 1;')",
        },
        {
            content: "A row that cannot be read says why",
            trigger:
                ".o_field_widget[name='problem_ids'] .o_data_row:contains('“bald” is not a date')",
        },
        {
            trigger: "button[name='action_import']",
            run: "click",
        },
        {
            content: "The ledger is here, and its records can be seen",
            trigger:
                ".o_form_view:contains('Old Program') button[name='action_open_refs']",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('A-1')",
        },
    ],
});
