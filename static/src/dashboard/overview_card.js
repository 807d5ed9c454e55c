import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";

import { chartOptions } from "./overview_charts";

let cards = 0;

/**
 * A chart with its title, its formula and, for whoever cannot or would rather not see
 * it, its numbers as a table.
 *
 * The table is always there for screen readers; a button shows it to everybody, in
 * place of the picture, with links to what stands behind each row.
 */
export class OverviewCard extends Component {
    static template = "collections_addon.OverviewCard";
    static props = {
        title: String,
        formula: String,
        emptyText: String,
        chart: Object,
        format: Object,
        onSelect: { type: Function, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.id = `o_collections_card_${++cards}`;
        this.state = useState({ isTable: false });
        this.canvasRef = useRef("canvas");
        this.picture = null;
        useEffect(
            () => this.draw(),
            () => [this.props.chart, this.canvasRef.el]
        );
        onWillUnmount(() => this.erase());
    }

    get opensRows() {
        return Boolean(this.props.onSelect && this.props.chart.keys.length);
    }

    get textColumns() {
        return this.props.chart.textColumns || 1;
    }

    toggle() {
        this.state.isTable = !this.state.isTable;
    }

    select(position) {
        this.props.onSelect(this.props.chart.keys[position]);
    }

    draw() {
        this.erase();
        if (!this.canvasRef.el) {
            return;
        }
        const { chart, format } = this.props;
        const options = chartOptions(chart, format, localization.direction === "rtl");
        if (this.opensRows) {
            options.onClick = (ev, elements) => this.onClickPicture(elements);
            options.onHover = (ev, elements) => {
                ev.native.target.style.cursor = elements.length ? "pointer" : "";
            };
        }
        this.picture = new Chart(this.canvasRef.el, {
            type: chart.type,
            data: chart.data,
            options,
        });
    }

    onClickPicture([element]) {
        if (!element) {
            return;
        }
        const keys = this.props.chart.data.datasets[element.datasetIndex].keys;
        this.props.onSelect((keys || this.props.chart.keys)[element.index]);
    }

    erase() {
        this.picture?.destroy();
        this.picture = null;
    }
}
