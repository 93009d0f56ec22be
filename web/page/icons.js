// SPDX-License-Identifier: Apache-2.0

const kSvg = "http://www.w3.org/2000/svg";

/** Stroked paths on a 24 by 24 grid. */
const kPaths = {
  mic: ["M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0z", "M5.5 11a6.5 6.5 0 0 0 13 0", "M12 17.5V21"],
  micOff: ["M15 9V6a3 3 0 0 0-5.7-1.3", "M9 9v2a3 3 0 0 0 4.5 2.6", "M5.5 11a6.5 6.5 0 0 0 10.2 5.3", "M18.5 11a6.5 6.5 0 0 1-.6 2.7", "M12 17.5V21", "M4 3l16 18"],
  camera: ["M4.5 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z", "M15.5 11l6-3.5v9l-6-3.5"],
  cameraOff: ["M9 6.5h4.5a2 2 0 0 1 2 2V12", "M15.5 16.2a2 2 0 0 1-2 1.3h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 1.6-2", "M16 10.7l5.5-3.2v9L18 14.5", "M3 3l18 18"],
  hand: ["M8 13V6.2a1.4 1.4 0 0 1 2.8 0V11", "M10.8 11V4.4a1.4 1.4 0 0 1 2.8 0V11", "M13.6 11V5.6a1.4 1.4 0 0 1 2.8 0v8", "M8 13.6 6.5 11.8a1.5 1.5 0 0 0-2.3 1.9l3.3 5a5.5 5.5 0 0 0 4.6 2.3c2.6 0 4.3-1.8 4.3-4.6v-2.8"],
  chat: ["M5 4.5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-6.5L8 20.5v-4H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z", "M7.5 9h9", "M7.5 12.3h5.5"],
  people: ["M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M2.5 20c.4-3.7 3-5.8 6.5-5.8s6.1 2.1 6.5 5.8", "M15.5 4.9a3.3 3.3 0 0 1 0 6.2", "M17.8 14.7c2.2.7 3.5 2.5 3.7 5.3"],
  share: ["M4.5 4.5h15a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15V6a1.5 1.5 0 0 1 1.5-1.5z", "M8.5 20h7", "M12 13.3V7.8", "M9.4 10.2 12 7.6l2.6 2.6"],
  pin: ["M9 3.5h6", "M10 3.5v6l-2.8 3.3a.7.7 0 0 0 .5 1.2h8.6a.7.7 0 0 0 .5-1.2L14 9.5v-6", "M12 14v6.5"],
  poor: ["M5 19.5v-3.5", "M10.5 19.5v-7", "M15 5l5 5", "M20 5l-5 5"],
  picture: ["M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5z", "M3.5 17 9 11.5l4 4 2.5-2.5 5 4.5", "M15.5 9.5h.1"],
  saver: ["M12 3.5v10", "M7.8 9.5 12 13.7l4.2-4.2", "M4.5 15.5v2.7a1.8 1.8 0 0 0 1.8 1.8h11.4a1.8 1.8 0 0 0 1.8-1.8v-2.7"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  auto: ["M4 20 15 9", "M17.5 3.5v5", "M15 6h5", "M9 4v3", "M7.5 5.5h3", "M19.5 12.5v3", "M18 14h3"],
  grid: ["M4 5h7v6H4z", "M13 5h7v6h-7z", "M4 13h7v6H4z", "M13 13h7v6h-7z"],
  speaker: ["M4 5h16v9H4z", "M4 16.5h4.5V19H4z", "M9.8 16.5h4.4V19H9.8z", "M15.5 16.5H20V19h-4.5z"],
  spotlight: ["M4 5h16v14H4z", "M12 12.2a2 2 0 1 0 0-4 2 2 0 0 0 0 4z", "M8.5 16c.4-1.5 1.7-2.3 3.5-2.3s3.1.8 3.5 2.3"],
  presentation: ["M4 5h10.5v14H4z", "M16.5 5H20v4.5h-3.5z", "M16.5 11.5H20V16h-3.5z"],
  "side-by-side": ["M4 6h7v12H4z", "M13 6h7v12h-7z"],
  custom: ["M4 5h9v9H4z", "M15 5h5v5h-5z", "M15 12h5v7h-5z", "M4 16h9v3H4z"],
  leave: ["M14 4.5H6.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H14", "M10.5 12H21", "M17 8l4 4-4 4"],
  expand: ["M9 4.5H4.5V9", "M15 4.5h4.5V9", "M9 19.5H4.5V15", "M15 19.5h4.5V15"],
  link: ["M10.5 13.5a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2", "M13.5 10.5a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2"],
  send: ["M4 12l16-7.5-5.5 15.5-3.2-6.3z", "M11.3 13.7 20 4.5"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  remove: ["M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M3.5 20c.4-3.7 3-5.8 6.5-5.8 1.7 0 3.2.5 4.3 1.4", "M16.5 16.5l4.5 4.5", "M21 16.5l-4.5 4.5"],
  sound: ["M4 9.5v5h3.5l5 4v-13l-5 4z", "M16 9a4.2 4.2 0 0 1 0 6", "M18.6 6.4a8 8 0 0 1 0 11.2"],
  warning: ["M12 4 2.8 19.5h18.4z", "M12 10v4.5", "M12 17.2v.1"],
  arrow: ["M5 12h14", "M13 6l6 6-6 6"],
};

/** @typedef {keyof typeof kPaths} IconName */

/**
 * A decorative picture: whatever holds it has the name.
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(kSvg, "svg");
  const attributes = { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of kPaths[name]) {
    const path = document.createElementNS(kSvg, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
