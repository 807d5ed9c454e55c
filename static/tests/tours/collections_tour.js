import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collections_collector", {
    url: "/odoo/collections-customers",
    steps: () => [
        {
            content: "The customer is listed with what is overdue",
            trigger: ".o_data_row:contains('Tour Debtor') td[name='partner_id']",
            run: "click",
        },
        {
            content: "Every open item says why, and what comes next",
            trigger:
                ".o_field_widget[name='move_line_ids'] .o_data_row td[name='dunning_explanation']:contains('waits for approval')",
        },
        {
            content: "The contacts are one tab away",
            trigger: "a.nav-link[name='contacts']",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='action_ids'] .o_data_row td[name='level_id']:contains('First')",
        },
        {
            content: "Pause the customer",
            trigger: "button:contains('Put on Hold')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Waits for a corrected invoice",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "The file shows it",
            trigger: "body:not(:has(.modal)) .ribbon:contains('On Hold')",
        },
        {
            trigger: "a.nav-link[name='holds']",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='all_hold_ids'] td[name='reason']:contains('corrected')",
        },
        {
            content: "A collector does not hand over",
            trigger: ".o_statusbar_buttons:not(:contains('Hand Over'))",
        },
        {
            content: "Let reminders go on",
            trigger: "button[name='action_release_holds']",
            run: "click",
        },
        {
            trigger: ".modal .modal-footer button.btn-primary",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.ribbon:contains('On Hold'))) button:contains('Put on Hold')",
        },
    ],
});

registry.category("web_tour.tours").add("collections_manager", {
    url: "/odoo/collections-runs",
    steps: () => [
        {
            content: "Evaluate now",
            trigger: ".o_control_panel button:contains('Evaluate Today')",
            run: "click",
        },
        {
            trigger: ".modal button[name='action_evaluate']",
            run: "click",
        },
        {
            content: "The run lists whom it would contact",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='action_ids'] .o_data_row:contains('Tour Debtor')",
        },
        {
            content: "and why it leaves the others alone",
            trigger: "a.nav-link[name='reasons']",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='reason_ids'] td[name='reason_code']:contains('On hold')",
        },
        {
            trigger: "button[name='action_preview_drafts']",
            run: "click",
        },
        {
            content: "Read the message before approving it",
            trigger: ".modal .o_field_widget[name='body'] iframe",
        },
        {
            trigger: ".modal .modal-title:contains('1 of 2')",
        },
        {
            trigger: ".modal button[name='action_approve']",
            run: "click",
        },
        {
            content: "The next one follows",
            trigger: ".modal .modal-title:contains('2 of 2')",
        },
        {
            trigger:
                ".modal footer button:contains('Close'), .modal .modal-footer button:contains('Close')",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_breadcrumb .o_back_button a, body:not(:has(.modal)) .breadcrumb-item a",
            run: "click",
        },
        {
            trigger:
                ".o_list_view:not(:has(.o_view_sample_data)) .o_data_row td[name='date']",
            run: "click",
        },
        {
            content: "Approve the rest at once",
            trigger:
                ".o_form_view button[name='action_approve']:contains('Approve All')",
            run: "click",
        },
        {
            trigger: ".modal .modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has(button[name='action_preview_drafts']))",
        },
    ],
});
