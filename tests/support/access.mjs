// SPDX-License-Identifier: Apache-2.0
// What every page owes to a screen reader and to a small screen.

const kNamed = ["button", "link", "textbox", "combobox", "checkbox", "image", "img", "video", "audio", "meter", "progressbar",
  "dialog", "menu", "menuitem", "menuitemradio", "group", "toolbar"];

/** Controls of a page that a screen reader could not name. @param {import("playwright-core").Page} page */
export async function nameless(page) {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send("Accessibility.getFullAXTree");
  return nodes
    .filter((node) => !node.ignored && kNamed.includes(node.role?.value) && !node.name?.value?.trim())
    .map((node) => node.role?.value);
}

/** How many pixels of the page lie beside the window. @param {import("playwright-core").Page} page */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
