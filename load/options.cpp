// SPDX-License-Identifier: Apache-2.0
#include "load/options.h"

#include <arpa/inet.h>
#include <glib.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "wire/common_fields.h"

namespace tessera::load {
namespace {

constexpr int kMostHeight = 16384;  // of a picture, by the protocol

const char* const kSummary =
    "Joins a room as many participants at once, sends each one's encoded video and audio, and reports what\n"
    "they get back: joins, time to the first decoded frame, frame rate, gaps, and the CPU time, memory and\n"
    "threads of the server when it runs on this machine.";
const char* const kDescription =
    "Media is encoded once (panning texture, a moving subject, sensor noise, a time code) and kept under\n"
    "$XDG_CACHE_HOME/tessera-load. Progress goes to the standard error, the report to the standard output.\n"
    "Ctrl-C ends a run early, with the report of what was measured so far.\n\n"
    "The last one to join looks at the picture and reads how late each sender's frames are in it; when there "
    "is\n"
    "one talker and somebody else to listen, also how late the sound is.\n\n"
    "With --rounds, one participant stays and --participants others join, get a picture and leave, again "
    "and\n"
    "again; threads and open files of the server after round 10 (of fewer than 20 rounds: the first) are "
    "compared\n"
    "with those at the end, and memory has to level off in the second half.\n\n"
    "Exit status: 0 everybody joined and got picture and sound; 1 somebody did not, or (--rounds) something\n"
    "grew; 2 wrong options, or the run could not start.\n\n"
    "Examples:\n"
    "  tessera-load --participants 16 --seconds 30\n"
    "  tessera-load --url wss://meet.example.org --room test --participants 2 --viewers 50 --json\n"
    "  tessera-load --rounds 200";

// GOption writes into these.
struct Raw {
  gchar* url = nullptr;
  gchar* room = nullptr;
  gchar* codec = nullptr;
  gchar* size = nullptr;
  gchar* clip = nullptr;
  gchar* gather = nullptr;
  gchar* layout = nullptr;
  gchar* receive = nullptr;
  gchar* camera = nullptr;
  gchar* turn = nullptr;
  double driftPpm = 0;
  int participants, viewers, seconds, fps, kbps, ramp, joinTimeout, rounds, stay, serverPid, talkers;
  int joinWithin = -1, offers = 0, streams = 1;
  gboolean ignoreIngest = FALSE, relay = FALSE;
  gboolean direct = FALSE, audioOnly = FALSE, json = FALSE, insecure = FALSE, version = FALSE;

  explicit Raw(const Options& o)
      : participants(o.participants),
        viewers(o.viewers),
        seconds(static_cast<int>(o.seconds.count())),
        fps(o.video.fps),
        kbps(o.video.kbps),
        ramp(static_cast<int>(o.ramp.count())),
        joinTimeout(static_cast<int>(o.joinTimeout.count())),
        rounds(o.rounds),
        stay(static_cast<int>(o.stay.count())),
        serverPid(0),
        talkers(o.talkers) {}
  ~Raw() {
    for (gchar* text : {url, room, codec, size, clip, gather, layout, receive, camera, turn}) g_free(text);
  }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
};

Status parseArguments(Raw& raw, int argc, char** argv) {
  const GOptionEntry entries[] = {
      {"url", 0, 0, G_OPTION_ARG_STRING, &raw.url, "The server: ws:// or wss:// (ws://127.0.0.1:8080)",
       "URL"},
      {"room", 0, 0, G_OPTION_ARG_STRING, &raw.room, "The room to join (load)", "NAME"},
      {"participants", 'n', 0, G_OPTION_ARG_INT, &raw.participants,
       "How many send and receive, 0 to 1000 (4)", "N"},
      {"viewers", 'm', 0, G_OPTION_ARG_INT, &raw.viewers, "How many only receive, 0 to 1000 (0)", "M"},
      {"seconds", 's', 0, G_OPTION_ARG_INT, &raw.seconds,
       "How long to measure, after everybody is in and 2 s have passed (20)", "S"},
      {"ramp", 0, 0, G_OPTION_ARG_INT, &raw.ramp, "Time from one join to the next (100)", "MS"},
      {"join-within", 0, 0, G_OPTION_ARG_INT, &raw.joinWithin,
       "Time in which all begin to join, evenly, instead of --ramp", "MS"},
      {"join-timeout", 0, 0, G_OPTION_ARG_INT, &raw.joinTimeout,
       "How long a join may take up to the first picture (15)", "S"},
      {"codec", 0, 0, G_OPTION_ARG_STRING, &raw.codec, "VP8 or H264 (VP8)", "CODEC"},
      {"size", 0, 0, G_OPTION_ARG_STRING, &raw.size, "Size of the video that is sent (640x360)", "WxH"},
      {"fps", 0, 0, G_OPTION_ARG_INT, &raw.fps, "Its frame rate, 1 to 60 (30)", "FPS"},
      {"kbps", 0, 0, G_OPTION_ARG_INT, &raw.kbps, "Its bitrate, 50 to 20000 kbit/s (600)", "KBPS"},
      {"clip", 0, 0, G_OPTION_ARG_FILENAME, &raw.clip,
       "Keep the encoded clip in this file instead of the cache", "FILE"},
      {"direct", 0, 0, G_OPTION_ARG_NONE, &raw.direct,
       "Measure one sender and one receiver without a server, for comparison of delays", nullptr},
      {"offers", 0, 0, G_OPTION_ARG_INT, &raw.offers,
       "Without a server: offer so many connections over descriptor 3, as a mesh's or a forwarding server's",
       "N"},
      {"streams", 0, 0, G_OPTION_ARG_INT, &raw.streams, "How many streams of video each of them carries (1)",
       "N"},
      {"camera", 0, 0, G_OPTION_ARG_FILENAME, &raw.camera,
       "Only write the clip's picture, uncoded, for a browser's camera (YUV4MPEG2)", "FILE"},
      {"audio-only", 0, 0, G_OPTION_ARG_NONE, &raw.audioOnly, "Nobody sends or takes video", nullptr},
      {"talkers", 0, 0, G_OPTION_ARG_INT, &raw.talkers,
       "How many of the participants talk; the others send silence, as when muted (3)", "K"},
      {"drift-ppm", 0, 0, G_OPTION_ARG_DOUBLE, &raw.driftPpm,
       "How many millionths the participants' clocks run too fast, -1000 to 1000 (0)", "X"},
      {"layout", 0, 0, G_OPTION_ARG_STRING, &raw.layout,
       "What the moderator asks for: auto, grid, speaker, spotlight, presentation or side-by-side (the "
       "room's "
       "own)",
       "KIND"},
      {"ignore-ingest", 0, 0, G_OPTION_ARG_NONE, &raw.ignoreIngest,
       "Send the same all along; else smaller, or nothing, as the server asks for", nullptr},
      {"receive", 0, 0, G_OPTION_ARG_STRING, &raw.receive,
       "Height of the picture that members want at most, in turn; 0: sound alone", "HEIGHT,…"},
      {"turn", 0, 0, G_OPTION_ARG_STRING, &raw.turn,
       "Use this TURN server (turn:host:port?transport=udp) in place of the server's, by its credentials",
       "URL"},
      {"relay", 0, 0, G_OPTION_ARG_NONE, &raw.relay, "Send and receive media through TURN only", nullptr},
      {"gather", 0, 0, G_OPTION_ARG_STRING, &raw.gather,
       "Send and receive media on this address only (on loopback, if the server is there)", "ADDRESS"},
      {"server-pid", 0, 0, G_OPTION_ARG_INT, &raw.serverPid,
       "The server's process (found by the port it listens on)", "PID"},
      {"rounds", 0, 0, G_OPTION_ARG_INT, &raw.rounds,
       "Let participants come and go this often, and look for what is left behind", "R"},
      {"stay", 0, 0, G_OPTION_ARG_INT, &raw.stay, "How long they stay in a round (500)", "MS"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &raw.json, "Report as JSON", nullptr},
      {"insecure", 0, 0, G_OPTION_ARG_NONE, &raw.insecure, "Accept any TLS certificate (self-signed)",
       nullptr},
      {"version", 0, 0, G_OPTION_ARG_NONE, &raw.version, "Print the version", nullptr},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  const std::unique_ptr<GOptionContext, void (*)(GOptionContext*)> context(
      g_option_context_new("- a conference of many, to load and measure a Tessera server"),
      g_option_context_free);
  g_option_context_set_summary(context.get(), kSummary);
  g_option_context_set_description(context.get(), kDescription);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  GError* error = nullptr;
  if (!g_option_context_parse(context.get(), &argc, &argv, &error))
    return tl::unexpected(Error::fromGError(ErrorCode::config, "command line", error));
  if (argc > 1) return fail(ErrorCode::config, "command line: {} is not an option", argv[1]);
  return {};
}

Status checkRange(const char* option, int value, int least, int most) {
  if (value >= least && value <= most) return {};
  return fail(ErrorCode::config, "--{} {}: expected {} to {}", option, value, least, most);
}

Status checkRanges(const Raw& raw) {
  const struct {
    const char* option;
    int value, least, most;
  } ranges[] = {{"participants", raw.participants, 0, 1000},
                {"viewers", raw.viewers, 0, 1000},
                {"seconds", raw.seconds, 1, 86400},
                {"ramp", raw.ramp, 0, 60000},
                {"join-within", raw.joinWithin, -1, 600000},
                {"offers", raw.offers, 0, 64},
                {"streams", raw.streams, 1, 64},
                {"join-timeout", raw.joinTimeout, 1, 600},
                {"fps", raw.fps, 1, 60},
                {"kbps", raw.kbps, 50, 20000},
                {"talkers", raw.talkers, 0, 1000},
                {"rounds", raw.rounds, 0, 1000000},
                {"stay", raw.stay, 0, 600000},
                {"server-pid", raw.serverPid, 0, 1 << 22}};
  for (const auto& range : ranges)
    if (auto ok = checkRange(range.option, range.value, range.least, range.most); !ok) return ok;
  if (!(raw.driftPpm >= -1000 && raw.driftPpm <= 1000))
    return fail(ErrorCode::config, "--drift-ppm {}: expected -1000 to 1000", raw.driftPpm);
  if (raw.participants + raw.viewers == 0)
    return fail(ErrorCode::config, "--participants and --viewers are both 0: nobody would join");
  return {};
}

Status readUrl(const std::string& url, Options& options) {
  GError* error = nullptr;
  const std::unique_ptr<GUri, void (*)(GUri*)> uri(g_uri_parse(url.c_str(), G_URI_FLAGS_NONE, &error),
                                                   g_uri_unref);
  if (!uri) return tl::unexpected(Error::fromGError(ErrorCode::config, fmt::format("--url {}", url), error));
  const std::string scheme = g_uri_get_scheme(uri.get());
  if (scheme != "ws" && scheme != "wss")
    return fail(ErrorCode::config, "--url {}: expected ws:// or wss://, not {}://", url, scheme);
  const gchar* host = g_uri_get_host(uri.get());
  if (!host || !*host) return fail(ErrorCode::config, "--url {}: it names no host", url);
  options.host = host;
  const int port = g_uri_get_port(uri.get());
  options.port = port > 0 ? port : scheme == "wss" ? 443 : 80;
  options.url = url;
  while (options.url.ends_with('/')) options.url.pop_back();
  return {};
}

Status readVideo(const Raw& raw, VideoClipSettings& video) {
  if (raw.codec) {
    const std::string_view codec = raw.codec;
    if (codec != "VP8" && codec != "H264")
      return fail(ErrorCode::config, "--codec {}: expected VP8 or H264", codec);
    video.codec = codec == "VP8" ? VideoCodec::vp8 : VideoCodec::h264;
  }
  char rest = 0;
  if (raw.size && (std::sscanf(raw.size, "%dx%d%c", &video.width, &video.height, &rest) != 2 ||
                   video.width < 64 || video.height < 64 || video.width > 3840 || video.height > 2160 ||
                   video.width % 2 != 0 || video.height % 2 != 0))
    return fail(ErrorCode::config, "--size {}: expected even numbers from 64x64 to 3840x2160, as 640x360",
                raw.size);
  video.fps = raw.fps;
  video.kbps = raw.kbps;
  return {};
}

Status readLayout(const Raw& raw, Options& options) {
  if (!raw.layout) return {};
  for (const auto& [kind, name] : wire::EnumNames<LayoutKind>::names)
    if (name == raw.layout && kind != LayoutKind::custom) options.layout = kind;
  if (options.layout) return {};
  return fail(ErrorCode::config, "--layout {}: is none that the protocol knows", raw.layout);
}

Status readReceive(const Raw& raw, Options& options) {
  if (!raw.receive) return {};
  std::string_view rest = raw.receive;
  while (true) {
    int height = -1;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), height);
    if (error != std::errc() || height < 0 || height > kMostHeight)
      return fail(ErrorCode::config, "--receive {}: expected heights from 0 to {}, as 720,360", raw.receive,
                  kMostHeight);
    options.receiveHeights.push_back(height);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.empty()) return {};
    if (!rest.starts_with(',')) return fail(ErrorCode::config, "--receive {}: expected commas", raw.receive);
    rest.remove_prefix(1);
  }
}

Status readTurn(const Raw& raw, Options& options) {
  options.relayOnly = raw.relay;
  options.turn = raw.turn ? raw.turn : "";
  if (raw.turn && !options.turn.starts_with("turn:") && !options.turn.starts_with("turns:"))
    return fail(ErrorCode::config, "--turn {}: expected turn:host:port or turns:host:port", raw.turn);
  return {};
}

Status readGather(const Raw& raw, Options& options) {
  options.gatherAddress = raw.gather ? raw.gather : "";
  if (!raw.gather) {
    if (options.host == "localhost" || options.host.starts_with("127.")) options.gatherAddress = "127.0.0.1";
    if (options.host == "::1") options.gatherAddress = "::1";
    return {};
  }
  unsigned char binary[16];
  if (inet_pton(AF_INET, raw.gather, binary) != 1 && inet_pton(AF_INET6, raw.gather, binary) != 1)
    return fail(ErrorCode::config, "--gather {}: expected an IP address", raw.gather);
  return {};
}

}  // namespace

Result<Options> parseOptions(int argc, char** argv) {
  Options options;
  Raw raw(options);
  if (auto ok = parseArguments(raw, argc, argv); !ok) return tl::unexpected(ok.error());
  if (raw.version) {
    fmt::print("tessera-load {}\n", TESSERA_VERSION);
    std::exit(0);
  }
  if (auto ok = checkRanges(raw); !ok) return tl::unexpected(ok.error());
  if (auto ok = readUrl(raw.url ? raw.url : options.url, options); !ok) return tl::unexpected(ok.error());
  if (auto ok = readVideo(raw, options.video); !ok) return tl::unexpected(ok.error());
  if (auto ok = readGather(raw, options); !ok) return tl::unexpected(ok.error());
  if (auto ok = readLayout(raw, options); !ok) return tl::unexpected(ok.error());
  if (auto ok = readReceive(raw, options); !ok) return tl::unexpected(ok.error());
  if (auto ok = readTurn(raw, options); !ok) return tl::unexpected(ok.error());
  if (raw.room) {
    const auto room = parseRoomId(raw.room);
    if (!room) return fail(ErrorCode::config, "--room {}: {}", raw.room, room.error().text);
    options.room = *room;
  }
  options.participants = raw.participants;
  options.viewers = raw.viewers;
  options.seconds = std::chrono::seconds(raw.seconds);
  options.ramp = std::chrono::milliseconds(raw.ramp);
  if (raw.joinWithin >= 0) options.joinWithin = std::chrono::milliseconds(raw.joinWithin);
  options.ignoreIngest = raw.ignoreIngest;
  options.joinTimeout = std::chrono::seconds(raw.joinTimeout);
  options.rounds = raw.rounds;
  options.stay = std::chrono::milliseconds(raw.stay);
  options.clipFile = raw.clip ? raw.clip : "";
  options.direct = raw.direct;
  options.offers = raw.offers;
  options.streams = raw.streams;
  options.cameraFile = raw.camera ? raw.camera : "";
  options.audioOnly = raw.audioOnly;
  options.talkers = raw.talkers;
  options.driftPpm = raw.driftPpm;
  options.serverPid = raw.serverPid;
  options.json = raw.json;
  options.insecure = raw.insecure;
  return options;
}

}  // namespace tessera::load
