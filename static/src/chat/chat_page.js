import { LivechatService } from "@im_livechat/embed/common/livechat_service";

import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { session } from "@web/session";
import { Thread } from "@mail/core/common/thread_model";

/** Whether this is the page of the chat with a customer of Collections. */
function isChatPage() {
    return Boolean(session.livechatData?.options?.collections);
}

patch(LivechatService.prototype, {
    /** The greeting depends on who it is: the server has to make it. */
    async open(options = {}) {
        return super.open(isChatPage() ? { persist: true, ...options } : options);
    },
});

patch(Thread.prototype, {
    /** Buttons are a help: words are understood as well. */
    get composerDisabled() {
        const bot = this.chatbot;
        const step = bot?.currentStep;
        const isAsked =
            step?.expectAnswer && !step.completed && !bot.isProcessingAnswer;
        if (isChatPage() && isAsked && !this.livechat_end_dt) {
            return false;
        }
        return super.composerDisabled;
    },
});

/** Who opens the page wants to chat: open it, or go on where the customer left. */
const chatPageService = {
    dependencies: ["im_livechat.livechat", "mail.store"],
    start(env, { "im_livechat.livechat": livechat, "mail.store": store }) {
        if (!isChatPage()) {
            return;
        }
        store.isReady.then(async () => {
            await store.chatHub.initPromise;
            const running = store.activeLivechats[0];
            if (running) {
                running.openChatWindow({ focus: true });
            } else {
                livechat.open();
            }
        });
    },
};
registry.category("services").add("collections.chat_page", chatPageService);
