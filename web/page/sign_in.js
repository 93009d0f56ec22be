// SPDX-License-Identifier: Apache-2.0
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { sentence } from "./text.js";

/**
 * The form that asks for the token of the API.
 * @param {{problem: string, done: (token: string) => void}} given
 */
export function signIn({ problem, done }) {
  const input = h("input", {
    id: "token", type: "password", required: true, autocomplete: "off", spellcheck: "false", autocapitalize: "none",
    ...(problem ? { "aria-invalid": "true", "aria-describedby": "token-problem" } : {}),
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (input.value.trim()) done(input.value.trim());
  };
  const form = h("form", { class: "card sign-in", on: { submit } },
    h("label", { for: "token", text: "Token of the server's API" }),
    input,
    problem ? h("p", { class: "note", id: "token-problem", role: "alert" }, icon("warning"), h("span", { text: sentence(problem) })) : null,
    h("p", { class: "hint", text: "Recordings are for those who run this server. The token is forgotten when this tab is closed." }),
    h("button", { class: "primary wide", type: "submit", text: "Show the recordings" }));
  queueMicrotask(() => input.focus());
  return form;
}
