import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collections_aging", {
    steps: () => [
        {
            content: "Who owes is there, who has paid is not",
            trigger:
                ".o_pivot:contains('Overview Customer'):not(:contains('Paid Customer'))",
        },
        {
            content: "Ages are in order",
            trigger: ".o_pivot thead:contains(/Not due.*1–30.*61–90/)",
        },
        {
            content: "Look at filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Go back to the end of last month",
            trigger:
                ".o_filter_menu .o-dropdown-item:contains('As of the End of Last Month')",
            run: "click",
        },
        {
            content: "What has been paid since was open then",
            trigger: ".o_pivot:contains('Paid Customer')",
        },
    ],
});
