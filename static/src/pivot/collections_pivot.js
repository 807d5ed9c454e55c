import { registry } from "@web/core/registry";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";

/** A pivot whose measures say on hover, and to a screen reader, how they are worked out. */
export class CollectionsPivotRenderer extends PivotRenderer {
    static template = "collections_addon.PivotRenderer";

    /**
     * @param {string} name of a measure
     * @returns {string|undefined} its formula
     */
    formula(name) {
        return this.model.metaData.fields[name]?.help || undefined;
    }
}

registry
    .category("views")
    .add("collections_pivot", { ...pivotView, Renderer: CollectionsPivotRenderer });
