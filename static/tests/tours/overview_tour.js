import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collections_overview", {
    steps: () => [
        {
            content: "The figures are there",
            trigger: ".o_collections_tile[data-tile=overdue]:contains('400')",
        },
        {
            content: "The ages are drawn",
            trigger: "[data-card=aging] canvas",
        },
        {
            content: "Read them as a table",
            trigger: "[data-card=aging] .o_collections_toggle",
            run: "click",
        },
        {
            content: "Open what is 1 to 30 days late",
            trigger: "[data-card=aging] tbody button:contains('1–30')",
            run: "click",
        },
        {
            content: "It is a list of open items",
            trigger: ".o_list_view .o_data_row:contains('Overview Customer')",
        },
        {
            content: "Back to the Overview",
            trigger: ".o_breadcrumb a:contains('Overview')",
            run: "click",
        },
        {
            content: "Open what waits for approval",
            trigger: ".o_collections_tile[data-tile=waiting]",
            run: "click",
        },
        {
            content: "The contact is there",
            trigger: ".o_action_manager :contains('Overview Customer')",
        },
        {
            content: "Back again",
            trigger: ".o_breadcrumb a:contains('Overview')",
            run: "click",
        },
        {
            content: "Compute the past year from the ledger",
            trigger: ".o_collections_build",
            run: "click",
        },
        {
            content: "The trend is drawn",
            trigger: "[data-card=trend] canvas",
        },
        {
            content: "Open the customer who owes most",
            trigger: "[data-card=top] button:contains('Overview Customer')",
            run: "click",
        },
        {
            content: "That is the case",
            trigger: ".o_form_view:contains('Overview Customer')",
        },
    ],
});
