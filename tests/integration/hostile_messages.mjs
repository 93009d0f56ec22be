// SPDX-License-Identifier: Apache-2.0
// What a hostile client says: malformed in every way that somebody thought of, at whatever stage.

const kLong = "x".repeat(60000);

/** Texts that are no message at all, or the wrong one. */
export const kTexts = [
  "", " ", "{", "}", "[]", "null", "true", "0", '""', '"join"', "{}", '{"type":null}', '{"type":7}', '{"type":""}',
  '{"type":"dance"}', '{"type":["join"]}', '{"type":{"type":"join"}}', '{"type":"join"', '{"type":"join"}}',
  '{"type":"join"}{"type":"join"}', '{"type":"chat","text":1}', '{"type":"chat","text":""}', '{"type":"chat"}',
  `{"type":"chat","text":"${kLong}"}`, '{"type":"chat","text":"\\u0000\\u0007\\u202e"}', '{"type":"chat","text":"\\ud800"}',
  '{"type":"hand","raised":"yes"}', '{"type":"media","muted":2}', '{"type":"media","cameraOff":"no"}',
  '{"type":"moderate","action":"explode"}', '{"type":"moderate","action":"kick"}', '{"type":"moderate","action":"kick","target":7}',
  '{"type":"moderate","action":"end"}', '{"type":"moderate","action":"kick","target":"../../etc"}',
  '{"type":"reconnect"}', '{"type":"reconnect","pc":""}', '{"type":"reconnect","pc":"screen"}', '{"type":"reconnect","pc":[]}',
  '{"type":"stats","fps":1e308,"rttMs":-1}', '{"type":"stats","fps":"NaN"}', '{"type":"stats","framesDropped":1e99}',
  '{"type":"stats","seconds":-1}', '{"type":"stats","seconds":1e-300,"framesDropped":2147483647}', '{"type":"stats","seconds":3600,"decodeMs":60000}',
  '{"type":"stats","seconds":2,"framesDecoded":2147483647,"framesDropped":2147483647}',
  '{"type":"stats","seconds":2,"framesDecoded":1000000,"framesDropped":1000000}',
  '{"type":"stats","decodeMs":null}', '{"type":"receive","height":-1}', '{"type":"receive","height":"360"}', '{"type":"receive","height":1e9}',
  '{"type":"receive","height":0}', '{"type":"receive"}', '{"type":"ping"}', '{"type":"ping","id":-1}', '{"type":"ping","id":4294967296}',
  '{"type":"pong","id":1}', '{"type":"ingest","pc":"main","gen":1,"width":0,"height":0,"fps":0,"kbps":0}', '{"type":"receiving"}',
  '{"type":"layout"}', '{"type":"layout","layout":"grid"}', '{"type":"layout","layout":"mosaic","pinned":[]}',
  '{"type":"layout","layout":"custom","pinned":[]}', '{"type":"layout","layout":"custom","custom":"../x","pinned":[]}',
  '{"type":"layout","layout":"grid","custom":"stage","pinned":[]}', '{"type":"layout","layout":"speaker","pinned":"me"}',
  `{"type":"layout","layout":"speaker","pinned":[${Array(5000).fill('"a"')}]}`, '{"type":"layout","layout":"speaker","pinned":[[],{}]}',
  '{"type":"layout","layout":"spotlight","pinned":["nobody"]}', '{"type":"layout","layout":"custom","custom":"stage","pinned":[]}',
  '{"type":"screen"}', '{"type":"screen","action":"pause"}', '{"type":"screen","action":1}', '{"type":"screen","action":"stop"}',
  '{"type":"answer","pc":"screen","gen":1,"sdp":"v=0"}', '{"type":"moderate","action":"stop-screen"}',
  '{"type":"moderate","action":"stop-screen","target":"nobody"}',
  '{"type":"answer"}', '{"type":"answer","pc":"main","gen":-1,"sdp":"v=0"}', '{"type":"answer","pc":"main","gen":1.5,"sdp":"v=0"}',
  '{"type":"answer","pc":"main","gen":18446744073709551616,"sdp":"v=0"}', '{"type":"answer","pc":"main","gen":"1","sdp":"v=0"}',
  '{"type":"answer","pc":"main","gen":4294967295,"sdp":"v=0"}', '{"type":"answer","pc":"other","gen":1,"sdp":"v=0"}',
  '{"type":"candidate"}', '{"type":"candidate","pc":"main","gen":1,"candidate":"candidate:1"}',
  '{"type":"candidate","pc":"main","gen":1,"candidate":{"mline":-1,"candidate":""}}',
  '{"type":"candidate","pc":"main","gen":1,"candidate":{"mline":1e9,"candidate":""}}',
  '{"type":"candidate","pc":"main","gen":0,"candidate":{"mline":0,"candidate":""}}',
  "[".repeat(60000), '{"a":'.repeat(10000), `{"type":"${kLong}"}`, `{"${kLong}":1,"type":"hand"}`,
  '{"type":"hand","raised":true,"raised":"x"}', "\u0000", "\ufeff{}", "/* */{}", "{'type':'join'}", '{"type":"join",}',
];

/** Joins that must not be let in as they are. */
export const kJoins = [
  {}, { name: "" }, { name: " \u202e\u200b " }, { name: 7 }, { name: null }, { name: "x".repeat(65) }, { name: ["x"] },
  { name: "x" }, { name: "x", codecs: [] }, { name: "x", codecs: "VP8" }, { name: "x", codecs: ["AV9"] }, { name: "x", codecs: [1] },
  { name: "x", codecs: Array(1000).fill("VP8") }, { name: "x", codecs: ["VP8"], send: 1 },
  { name: "x", codecs: ["VP8"], send: { audio: "true" } }, { name: "x", codecs: ["VP8"], viewer: 1 },
  { name: "x", codecs: ["VP8"], screen: { width: -1, height: 1e9 } }, { name: "x", codecs: ["VP8"], screen: "big" },
  { name: "x", codecs: ["VP8"], hardware: "VP8" }, { name: "x", codecs: ["VP8"], receive: 0 }, { name: "x", codecs: ["VP8"], receive: { height: -1 } },
  { name: "x", codecs: ["VP8"], keep: {} }, { name: "x", codecs: ["VP8"], keep: Array(3).fill({ pc: "main", gen: 1 }) },
  { name: "x", codecs: ["VP8"], keep: [{ pc: "main" }] }, { name: "x", codecs: ["VP8"], resume: 7 }, { name: "x", codecs: ["VP8"], resume: "y".repeat(5000) },
].map((join) => JSON.stringify({ type: "join", ...join }));

/** Tokens that lead to nobody's place. @param {string} token somebody's true one */
export const forgedTokens = (token) => [
  "", ".", "....", "1.here.abcdefghijkl.9999999999.00", "1.here.abcdefghijkl.9999999999." + "0".repeat(64),
  token.slice(0, -1), token + "0", token.replace(/^1/, "2"), token.replace(/\d{10}/, "9999999999"), token.toUpperCase(),
];

/** @param {string} text @param {RegExp} pattern @param {string} replacement */
const swap = (text, pattern, replacement) => text.replace(pattern, replacement);
const kFingerprint = "a=fingerprint:sha-256 " + Array(32).fill("AB").join(":");

/** An answer that a browser could have given, but for its keys. @param {string} offer */
export function answerTo(offer) {
  return offer
    .replace(/a=setup:\w+/g, "a=setup:active")
    .replace(/a=ice-ufrag:.*/g, "a=ice-ufrag:abcd")
    .replace(/a=ice-pwd:.*/g, "a=ice-pwd:abcdefghijklmnopqrstuvwx")
    .replace(/a=fingerprint:.*/g, kFingerprint)
    .replace(/a=candidate:.*\r?\n/g, "");
}

/** Answers that fit no offer, or only nearly. @param {string} offer */
export function answers(offer) {
  const good = answerTo(offer);
  const lines = good.split(/\r?\n/);
  const sections = good.split(/(?=^m=)/m);
  return [
    "v=0", "v=0\r\n", "v=1\r\n", "\r\n\r\n", "m=video", "v=0\r\no=\r\ns=\r\nt=\r\n", "\u0000".repeat(100), "\u{1f600}".repeat(1000),
    "v=0\r\n".repeat(8000), "a=x\r\n".repeat(9000), "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(1000), "x".repeat(49152), "x".repeat(49153),
    offer, good.replace(/\r\n/g, "\n"), good.replace(/\r\n/g, "\r"), good.slice(0, good.length / 2), good.repeat(2), sections[0],
    sections.slice(0, -1).join(""), [sections[0], ...sections.slice(1).reverse()].join(""), sections.join("") + sections.at(-1),
    swap(good, /^m=video \d+/m, "m=video 0"), swap(good, /^m=audio/m, "m=application"), swap(good, /^m=video \d+ [A-Z/]+/m, "m=video 9 RTP/AVP"),
    swap(good, /a=fingerprint:.*\r\n/g, ""), swap(good, /a=fingerprint:.*/g, "a=fingerprint:sha-1 AB:CD"),
    swap(good, /a=fingerprint:.*/g, "a=fingerprint:sha-256 ZZ"), swap(good, /a=fingerprint:.*/g, `${kFingerprint}\r\n${kFingerprint.replace("AB", "CD")}`),
    swap(good, /a=ice-ufrag:.*\r\n/g, ""), swap(good, /a=ice-pwd:.*/g, "a=ice-pwd:x"), swap(good, /a=ice-ufrag:.*/g, `a=ice-ufrag:${"u".repeat(5000)}`),
    swap(good, /a=setup:\w+/g, "a=setup:actpass"), swap(good, /a=setup:\w+/g, "a=setup:passive"), swap(good, /a=setup:\w+\r\n/g, ""),
    swap(good, /a=mid:.*/g, "a=mid:same"), swap(good, /a=mid:.*\r\n/g, ""), swap(good, /a=group:BUNDLE.*/g, "a=group:BUNDLE 7 8 9"),
    swap(good, /a=rtcp-mux\r\n/g, ""), swap(good, /a=sendrecv/g, "a=inactive"), swap(good, /a=rtpmap:(\d+).*/g, "a=rtpmap:$1 H265/90000"),
    swap(good, /^m=video (.*)$/m, "m=video $1 0 1 2 3 4 5 200 255 4096"), swap(good, /a=rtpmap:\d+/g, "a=rtpmap:999999"),
    swap(good, /a=fmtp:.*/g, `a=fmtp:${"9".repeat(3000)}`), swap(good, /a=extmap:\d+/g, "a=extmap:0"), swap(good, /a=extmap:\d+/g, "a=extmap:99999"),
    good + Array.from({ length: 1500 }, (_, i) => `a=ssrc:${i} cname:x`).join("\r\n") + "\r\n",
    good + "a=candidate:1 1 UDP 1 evil.local 9 typ host\r\n".repeat(100), good + "a=candidate:1 1 TCP 1 127.0.0.1 9 typ host tcptype active\r\n",
    good + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n", good + "a=simulcast:send a;b;c\r\na=rid:a send\r\n",
    lines.sort().join("\r\n"), lines.reverse().join("\r\n"), good.replace(/=/g, "=="), good.replace(/a=/g, "a=%n%s%p"),
    good.replace(/IN IP4/g, "IN IP9"), good.replace(/c=.*\r\n/g, "c=IN IP4 999.999.999.999\r\n"), good.toUpperCase(),
  ];
}

/** Candidates that cannot be used. */
export const kCandidates = [
  "candidate", "candidate:", "candidate: ", "x", "candidate:1 1 UDP", "candidate:1 1 UDP 1 127.0.0.1 9 typ",
  "candidate:1 1 UDP 1 evil.local 9 typ host", "candidate:1 1 TCP 1 127.0.0.1 9 typ host tcptype active",
  "candidate:1 1 UDP 99999999999999999999 127.0.0.1 9 typ host", "candidate:1 1 UDP -1 127.0.0.1 9 typ host",
  "candidate:1 1 UDP 1 127.0.0.1 0 typ host", "candidate:1 1 UDP 1 127.0.0.1 65536 typ host", "candidate:1 1 UDP 1 127.0.0.1 -9 typ host",
  "candidate:1 9 UDP 1 127.0.0.1 9 typ host", "candidate:1 1 UDP 1 999.1.1.1 9 typ host", "candidate:1 1 UDP 1 ::::: 9 typ host",
  "candidate:1 1 UDP 1 127.0.0.1 9 typ magic", "candidate:1 1 UDP 1 127.0.0.1 9 typ srflx raddr rport", "candidate:1 1 SCTP 1 127.0.0.1 9 typ host",
  `candidate:${"f".repeat(400)} 1 UDP 1 127.0.0.1 9 typ host`, `candidate:1 1 UDP 1 ${"h".repeat(400)} 9 typ host`, "y".repeat(600),
  "candidate:1 1 UDP 1 0.0.0.0 9 typ host", "candidate:1 1 UDP 1 255.255.255.255 9 typ host", "candidate:1 1 UDP 1 224.0.0.1 9 typ host",
  "candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\na=candidate:2 1 UDP 1 127.0.0.1 9 typ host", "candidate:%n%s 1 UDP 1 127.0.0.1 9 typ host",
  "candidate:1 1 UDP 2122252543 127.0.0.1 9 typ host generation 0 ufrag zzzz network-id 1", "\u0000", "\u{1f600}",
];
