import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collections_connection", {
    steps: () => [
        {
            content: "Begin a connection",
            trigger: ".o-kanban-button-new, .o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger:
                ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Books Elsewhere",
        },
        {
            content: "Choose Xero",
            trigger: ".o_field_widget[name=provider] input[data-value=xero]",
            run: "click",
        },
        {
            content: "The form says what to do next",
            trigger: "[name=banner_hint]:contains('redirect address')",
        },
        {
            content: "The client id",
            trigger: ".o_field_widget[name=client_id] input",
            run: "edit tour-app",
        },
        {
            content: "The client secret",
            trigger: ".o_field_widget[name=client_secret] input",
            run: "edit tour-secret-of-the-application",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The secret is stored, and not shown",
            trigger: ".o_form_view:contains('One is stored')",
        },
        {
            content: "Connect",
            trigger: ".o_statusbar_buttons button[name=action_connect]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Back from the ledger's page: two organisations",
            trigger: ".o_statusbar_buttons button[name=action_choose_organisation]",
            run: "click",
        },
        {
            content: "Choose the first",
            trigger:
                ".modal .o_data_row:contains('Demo Company') button[name=action_choose]",
            run: "click",
        },
        {
            content: "Preview",
            trigger: ".o_statusbar_buttons button[name=action_preview]",
            run: "click",
        },
        {
            content: "What would come",
            trigger: ".modal .o_data_row:contains('Invoices'):contains('USD 250.00')",
        },
        {
            content: "Start",
            trigger: ".modal footer button[name=action_start]",
            run: "click",
        },
        {
            content: "It is in use",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_sync]:contains('Sync Now')",
        },
        {
            content: "The import is done",
            trigger: ".o_field_widget[name=sync_state]:contains('Done')",
        },
        {
            content: "Its records",
            trigger: "button[name=action_open_refs]",
            run: "click",
        },
        {
            content: "An invoice that is mirrored",
            trigger: ".o_data_row:contains('Cedar Bakery'):contains('Mirrored')",
        },
    ],
});
