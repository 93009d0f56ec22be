// SPDX-License-Identifier: Apache-2.0
import { h } from "./dom.js";

/**
 * Asks before something that cannot be undone.
 * @param {string} question
 * @param {string} yes the text of the button that does it
 * @returns {Promise<boolean>}
 */
export function ask(question, yes) {
  const dialog = h("dialog", { "aria-label": question },
    h("form", { method: "dialog" },
      h("p", { text: question }),
      h("div", { class: "dialog-buttons" },
        h("button", { value: "no", autofocus: true, text: "Cancel" }),
        h("button", { value: "yes", class: "danger", text: yes }))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
