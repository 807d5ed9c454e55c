import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collections_plan_wizard", {
    url: "/odoo/collections-customers",
    steps: () => [
        {
            content: "The customer is on the line",
            trigger: ".o_data_row:contains('Tour Debtor') td[name='partner_id']",
            run: "click",
        },
        {
            trigger:
                ".o_form_view button:contains('Payment Plan'):not(.oe_stat_button)",
            run: "click",
        },
        {
            content: "The schedule stands beside the choices",
            trigger: ".modal .o_field_widget[name='preview'] tbody tr:nth-child(6)",
        },
        {
            content: "Fewer installments",
            trigger: ".modal .o_field_widget[name='count'] input",
            run: "edit 3 && press Tab",
        },
        {
            content: "The schedule follows",
            trigger:
                ".modal .o_field_widget[name='preview'] tbody:not(:has(tr:nth-child(4)))",
        },
        {
            content: "Propose it",
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "It waits for the customer",
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_arrow_button_current:contains('Proposed')",
        },
        {
            content: "The customer says yes on the phone",
            trigger: "button:contains('Customer Agrees')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit On the phone",
        },
        {
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "The plan runs",
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_arrow_button_current:contains('Active')",
        },
        {
            content: "What if it were paid off today?",
            trigger: "button:contains('Pay Off Early')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='amount']:contains('100.00')",
        },
        {
            trigger: ".modal button:contains('Close')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});
