// SPDX-License-Identifier: Apache-2.0
// How a picture is sent: as large, as often and as good as the server shows it, and no more.

/**
 * @typedef {{width: number, height: number, fps: number, kbps: number}} Wish of the server; width 0: send nothing
 * @typedef {{startKbps?: number, maxBitrate?: number, maxFramerate?: number,
 *            degradationPreference?: RTCDegradationPreference}} VideoLimits never more than this, whatever is wished
 */

/**
 * @param {VideoLimits} limits
 * @param {Wish | null} wish null: none yet
 * @param {{width?: number, height?: number}} source what the track delivers
 * @returns {RTCRtpEncodingParameters}
 */
export function encodingFor({ maxBitrate = Infinity, maxFramerate = Infinity }, wish, source) {
  if (wish?.width === 0) return { active: false }; // the rest stays as it was
  const bitrate = Math.min(maxBitrate, wish ? wish.kbps * 1000 : Infinity);
  const framerate = Math.min(maxFramerate, wish ? wish.fps : Infinity);
  return {
    ...(wish ? { active: true, scaleResolutionDownBy: scaleFor(wish, source) } : {}),
    ...(bitrate < Infinity ? { maxBitrate: bitrate } : {}),
    ...(framerate < Infinity ? { maxFramerate: framerate } : {}),
  };
}

/**
 * By area, since what a turned phone says of its camera may be the wrong way round. Never larger than it is.
 * @param {Wish} wish
 * @param {{width?: number, height?: number}} source
 */
function scaleFor(wish, { width = 0, height = 0 }) {
  const scale = Math.sqrt((width * height) / (wish.width * wish.height));
  return Math.max(1, Math.round(scale * 1000) / 1000);
}

/**
 * Sets what the engine takes: one that rejects a member still gets the others.
 * @param {RTCRtpSender} sender
 * @param {RTCRtpEncodingParameters} encoding
 * @param {RTCDegradationPreference} [degradationPreference]
 * @returns {Promise<boolean>} whether it took all of it
 */
export async function applyEncoding(sender, encoding, degradationPreference) {
  const extra = degradationPreference ? { degradationPreference } : {};
  if (await tryEncoding(sender, encoding, extra)) return true;
  let all = true;
  for (const [name, value] of Object.entries(encoding)) all = (await tryEncoding(sender, { [name]: value }, {})) && all;
  return (await tryEncoding(sender, {}, extra)) && all;
}

/**
 * @param {RTCRtpSender} sender
 * @param {RTCRtpEncodingParameters} encoding
 * @param {Partial<RTCRtpSendParameters>} extra an engine that does not know it passes over it
 */
async function tryEncoding(sender, encoding, extra) {
  try {
    const parameters = sender.getParameters(); // for one call only
    if (!parameters.encodings?.length) parameters.encodings = [{}]; // as Firefox before 110
    for (const one of parameters.encodings) Object.assign(one, encoding);
    await sender.setParameters(Object.assign(parameters, extra));
    return true;
  } catch (error) {
    console.debug("tessera: parameters not taken", encoding, error);
    return false;
  }
}
