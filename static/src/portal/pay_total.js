import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * Adds up what is ticked on the page of payments. The server works it out again: this
 * only saves the customer the arithmetic, and the page works without it.
 */
export class PayTotal extends Interaction {
    static selector = ".o_collections_pay_form";
    dynamicContent = {
        "input[type='checkbox']": { "t-on-change": () => this.showTotal() },
        _window: { "t-on-pageshow": () => this.showTotal() },
    };

    start() {
        this.written = JSON.parse(this.el.dataset.written);
        this.line = this.el.querySelector(".o_collections_running");
        this.line.hidden = false;
        this.showTotal();
    }

    /** What is ticked, credits deducted, in the smallest unit of the currency. */
    get total() {
        let sum = 0;
        let creditable = 0;
        let credit = this.units(this.el.dataset.credit || 0);
        for (const box of this.el.querySelectorAll("input[data-price]:checked")) {
            const price = this.units(box.dataset.price);
            sum += price;
            credit -= this.units(box.dataset.reserved || 0);
            creditable += box.name === "item" && !box.dataset.discounted ? price : 0;
        }
        return sum - Math.min(Math.max(credit, 0), creditable);
    }

    units(amount) {
        return Math.round(Number(amount) * 10 ** this.written.places);
    }

    /** The amount as the server writes it. */
    write(units) {
        const { places, before, thousands, point, after } = this.written;
        const digits = String(units).padStart(places + 1, "0");
        const whole = places ? digits.slice(0, -places) : digits;
        const cents = places ? point + digits.slice(-places) : "";
        return before + whole.replace(/\B(?=(\d{3})+$)/g, thousands) + cents + after;
    }

    showTotal() {
        const text = this.write(this.total);
        const strong = this.line.querySelector("strong");
        if (strong.textContent !== text) {
            strong.textContent = text;
        }
    }
}

registry.category("public.interactions").add("collections_addon.pay_total", PayTotal);
