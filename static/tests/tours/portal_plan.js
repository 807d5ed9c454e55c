import { registry } from "@web/core/registry";
import { PROVIDER } from "./portal_pay";

/** Opens what a link or button leads to. */
const open = (content, trigger) => ({
    content,
    trigger,
    run: "click",
    expectUnloadPage: true,
});

registry.category("web_tour.tours").add("collections_portal_plan", {
    steps: () => [
        open("It cannot be paid at once", "#collections_plan"),
        {
            content: "Choose among the terms on offer",
            trigger: "label:contains('With interest')",
            run: "click",
        },
        {
            content: "Three installments",
            trigger: "input[name='count']",
            run: "edit 3",
        },
        open("Show it", "form button:contains('Show me the plan')"),
        {
            content: "Every date and amount, before anybody agrees",
            trigger:
                "#collections_schedule tbody:has(tr:nth-child(3)):not(:has(tr:nth-child(4)))",
        },
        { trigger: "dl:contains('Interest')" },
        {
            content: "Who agrees",
            trigger: "#plan_name",
            run: "edit Dora Debtor",
        },
        { trigger: "#plan_agreed", run: "click" },
        open("Agree", "form button:contains('Agree to this plan')"),
        { trigger: "[role='status']:contains('The plan begins')" },
        {
            content: "Paying early is cheaper, and says so",
            trigger:
                "p:has(#collections_pay_installment):contains('interest off your plan')",
        },
        open("Pay the first one now", "#collections_pay_installment"),
        { trigger: ".o_collections_saved:contains('interest')" },
        ...PROVIDER,
        { trigger: "#collections_paid:contains('received')" },
    ],
});

registry.category("web_tour.tours").add("collections_portal_total", {
    steps: () => [
        {
            content: "What is overdue is ticked and added up",
            trigger: ".o_collections_running[role='status'] strong:contains('150.00')",
        },
        {
            content: "Not this one",
            trigger: "input[name='item']:checked:first",
            run: "click",
        },
        {
            trigger:
                ".o_collections_running strong:contains('50.00'):not(:contains('150'))",
        },
        {
            content: "Nothing at all",
            trigger: "input[name='item']:checked",
            run: "click",
        },
        { trigger: ".o_collections_running strong:contains(/^\\D*0\\.00$/)" },
        {
            content: "This one again",
            trigger: "input[name='item']:last",
            run: "click",
        },
        open("The next page asks for the same", ".o_collections_pay_items"),
        { trigger: "#collections_sum:contains('50.00'):not(:contains('150'))" },
    ],
});
