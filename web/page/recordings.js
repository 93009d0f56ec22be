// SPDX-License-Identifier: Apache-2.0
// The page of the recordings, for holders of the API's token: all of them, and what leaves running rooms live.
import { Api, ApiError } from "./api.js";
import { find, h } from "./dom.js";
import { icon } from "./icons.js";
import { LiveOutputs } from "./live_outputs.js";
import { RecordingList } from "./recording_list.js";
import { signIn } from "./sign_in.js";
import { sentence } from "./text.js";
import { Toasts } from "./toasts.js";

const kBusyMs = 2000; // while something changes
const kIdleMs = 15000;

const api = new Api();
const app = find("#app");
const signOut = find("#sign-out");
const toasts = new Toasts();
const problem = h("p", { class: "note", role: "alert", hidden: true });
const recordings = new RecordingList({ api, toasts, refresh: () => void refresh() });
const live = new LiveOutputs({ api, toasts, refresh: () => void refresh() });
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let round = 0;

function showLists() {
  if (recordings.isConnected) return;
  app.replaceChildren(problem, recordings, live);
}

/** @param {string} text */
function askToken(text) {
  const wrong = api.token ? text : "";
  api.token = "";
  signOut.hidden = true;
  recordings.close();
  app.replaceChildren(signIn({ problem: wrong, done: (token) => {
    api.token = token;
    void refresh();
  } }));
}

/** @param {unknown} error */
function showProblem(error) {
  if (error instanceof ApiError && error.code === "unauthorized") return askToken(error.message);
  showLists();
  problem.hidden = false;
  problem.replaceChildren(icon("warning"), h("span", { text: sentence(error instanceof Error ? error.message : String(error)) }));
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++round;
  try {
    const [all, streams] = await Promise.all([api.get("/recordings"), live.fetch()]);
    if (mine !== round) return; // a later one is under way
    showLists();
    problem.hidden = true;
    signOut.hidden = !api.token;
    recordings.show(all.recordings);
    live.show(streams);
  } catch (error) {
    if (mine !== round) return;
    showProblem(error);
    if (!recordings.isConnected) return; // the form goes on
  }
  timer = setTimeout(poll, recordings.busy || live.busy ? kBusyMs : kIdleMs);
}

function poll() {
  if (document.visibilityState === "visible") void refresh();
}

signOut.addEventListener("click", () => {
  api.token = "";
  round++; // what is under way is not for us any more
  clearTimeout(timer);
  askToken("");
});
document.addEventListener("visibilitychange", () => {
  if (recordings.isConnected) poll();
});
document.body.append(toasts);
void refresh();
