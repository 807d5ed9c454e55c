import { registry } from "@web/core/registry";

/** Opens what a link or button leads to. */
const open = (content, trigger) => ({
    content,
    trigger,
    run: "click",
    expectUnloadPage: true,
});

registry.category("web_tour.tours").add("collections_portal_promise", {
    steps: () => [
        open("Money is short", "#collections_actions a:contains('I need more time')"),
        open(
            "It can be paid on a day",
            "#collections_time a:contains('on a certain day')"
        ),
        {
            content: "Choose the day: tomorrow, as the browser sends it",
            trigger: "input[name='date']",
            run() {
                this.anchor.value = this.anchor.max;
            },
        },
        open("Give the word", "form button:contains('Promise')"),
        {
            content: "It is kept in mind",
            trigger: "[role='status']:contains('You promised')",
        },
        { trigger: ".o_collections_tag:contains('Promised by')" },
    ],
});

registry.category("web_tour.tours").add("collections_portal_dispute", {
    steps: () => [
        open(
            "The price is wrong",
            "#collections_actions a:contains('Something is wrong')"
        ),
        { trigger: "summary:contains('Only a part of it')", run: "click" },
        {
            content: "Half of it is contested",
            trigger: "input[type='number']",
            run: "edit 40",
        },
        { trigger: "label:contains('Wrong price')", run: "click" },
        { trigger: "textarea[name='text']", run: "edit We agreed on sixty" },
        open("Send it", "form button:contains('Send')"),
        { trigger: "#collections_dispute_state:contains('Open')" },
        open("Back to what is owed", "#collections_nav a:contains('Overview')"),
        { trigger: ".o_collections_total:contains('60.00')" },
    ],
});

registry.category("web_tour.tours").add("collections_portal_answer", {
    steps: () => [
        {
            content: "The link of the e-mail has only opened the page",
            trigger: "h1:contains('I have paid it already')",
        },
        {
            trigger: "input[name='paid_on']",
            run() {
                this.anchor.value = this.anchor.max;
            },
        },
        open("Confirm it", "form button:contains('Confirm')"),
        { trigger: "[role='status']:contains('We look for your payment')" },
        open("Say how it was", "#collections_question a"),
        { trigger: "label:contains('Not good at all')", run: "click" },
        open("Send it", "form button:contains('Send')"),
        { trigger: "#collections_complaint:contains('complaint')" },
        open("Never by e-mail", "#collections_nav a:contains('Preferences')"),
        { trigger: "label[for='refused_email']", run: "click" },
        open("Save it", "form button:contains('Save')"),
        { trigger: "[role='status']:contains('noted')" },
    ],
});
