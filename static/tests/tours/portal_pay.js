import { registry } from "@web/core/registry";

const PAY = [
    {
        content: "What is owed is there, and a way to pay it",
        trigger: "#collections_pay",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "What is overdue is ticked",
        trigger: ".o_collections_items input[name='item']:checked",
    },
    {
        content: "Pay it",
        trigger: ".o_collections_pay_items",
        run: "click",
        expectUnloadPage: true,
    },
];
export const PROVIDER = [
    {
        content: "Choose the only method",
        trigger: "input[name='o_payment_radio'][data-provider-code='demo']",
        run: "click",
    },
    {
        content: "Give the details to the provider",
        trigger: "#customer_input",
        run: "edit 4242 4242 4242 4242",
    },
    {
        trigger: "button[name='o_payment_submit_button']:enabled",
        run: "click",
        expectUnloadPage: true,
    },
];

registry.category("web_tour.tours").add("collections_portal_pay", {
    steps: () => [
        ...PAY,
        {
            content: "The sum is that of the account",
            trigger: "#collections_sum:contains('150.00')",
        },
        ...PROVIDER,
        {
            content: "After the provider's answer, thanks",
            trigger: "#collections_paid:contains('received')",
        },
        {
            content: "Back to the account",
            trigger: "#collections_main a:contains('Back to your account')",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "#collections_empty:contains('Nothing is open')" },
    ],
});

registry.category("web_tour.tours").add("collections_portal_autopay", {
    steps: () => [
        {
            trigger: "#collections_actions a:contains('Automatic payment')",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "#scope_all", run: "click" },
        { trigger: "#autopay_name", run: "edit Dora Debtor" },
        { trigger: "#autopay_agreed", run: "click" },
        {
            trigger: "form button[type='submit']:contains('Go on')",
            run: "click",
            expectUnloadPage: true,
        },
        ...PROVIDER,
        { trigger: "#collections_autopay:contains('4242')" },
    ],
});
