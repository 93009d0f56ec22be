// SPDX-License-Identifier: Apache-2.0
// The page of a client without a mix: shows its camera, sends it, and shows every stream that comes, each in a <video>
// of its own. `window.toPeers(message)` leads to the others, `window.fromPeers(message)` is called with what they say;
// messages as in signaling/PROTOCOL.md, and `gen` tells the connections apart.
const grid = document.querySelector("#grid");
const kMostKbps = 600;

/** @type {Promise<MediaStream>} */
const camera = navigator.mediaDevices.getUserMedia({ audio: true, video: true });
camera.then((stream) => show(stream, true));

/** @param {MediaStream} stream @param {boolean} muted */
function show(stream, muted) {
  const video = document.createElement("video");
  video.autoplay = video.playsInline = true;
  video.muted = muted;
  video.srcObject = stream;
  grid.append(video);
  grid.style.setProperty("--columns", String(Math.ceil(Math.sqrt(grid.childElementCount))));
}

/** @param {MediaStreamTrack} track */
function play(track) {
  const audio = new Audio();
  audio.srcObject = new MediaStream([track]);
  void audio.play();
}

/** @type {Map<number, Promise<RTCPeerConnection>>} */
const connections = new Map();

/** @param {{gen: number, sdp: string}} offer */
async function answer({ gen, sdp }) {
  const connection = new RTCPeerConnection();
  connection.ontrack = ({ track }) => (track.kind === "video" ? show(new MediaStream([track]), true) : play(track));
  connection.onicecandidate = ({ candidate }) => {
    if (!candidate?.candidate) return;
    window.toPeers({ type: "candidate", pc: "main", gen,
      candidate: { mline: candidate.sdpMLineIndex ?? 0, candidate: candidate.candidate } });
  };
  await connection.setRemoteDescription({ type: "offer", sdp });
  const stream = await camera;
  for (const transceiver of connection.getTransceivers()) {
    const { kind } = transceiver.receiver.track;
    // Only the first of each kind takes something, too.
    const [track] = transceiver === first(connection, kind) ? stream.getTracks().filter((one) => one.kind === kind) : [];
    transceiver.direction = track ? "sendrecv" : "recvonly";
    if (!track) continue;
    await transceiver.sender.replaceTrack(track);
  }
  await connection.setLocalDescription();
  const sender = first(connection, "video").sender;
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.maxBitrate = kMostKbps * 1000;
  await sender.setParameters(parameters);
  window.toPeers({ type: "answer", pc: "main", gen, sdp: connection.localDescription.sdp });
  return connection;
}

/** @param {RTCPeerConnection} connection @param {string} kind */
function first(connection, kind) {
  return connection.getTransceivers().find((one) => one.receiver.track.kind === kind);
}

window.fromPeers = async (message) => {
  if (message.type === "offer") connections.set(message.gen, answer(message));
  if (message.type === "candidate") {
    const connection = await connections.get(message.gen);
    await connection?.addIceCandidate({ candidate: message.candidate.candidate, sdpMLineIndex: 0 });
  }
};
window.peersReady = camera.then(() => true);
