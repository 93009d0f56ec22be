// SPDX-License-Identifier: Apache-2.0
#include "wire/client_messages.h"

#include <algorithm>

#include "wire/codec.h"
#include "wire/common_fields.h"

namespace tessera::wire {
namespace {

constexpr std::size_t kMaxServerMessageBytes = kMaxUnsentBytes;  // a long roster is longer than any client's
constexpr std::size_t kMaxIceServers = 16;
constexpr std::size_t kMaxConnections = 2;  // of a client: main and screen
constexpr IntRange kMaxWaitMs{0, 600'000};
constexpr RealRange kStatsSeconds{0, 3600};
constexpr RealRange kDecodeMs{0, 60'000};

VideoCodec* codecNamed(std::string_view name) {
  static std::array codecs{VideoCodec::vp8, VideoCodec::h264};
  for (VideoCodec& codec : codecs)
    if (enumName(codec) == name) return &codec;
  return nullptr;
}

}  // namespace

// clang-format off
template <> inline constexpr std::string_view kTypeName<Join> = "join";
template <> inline constexpr std::string_view kTypeName<ClientAnswer> = "answer";
template <> inline constexpr std::string_view kTypeName<ClientCandidate> = "candidate";
template <> inline constexpr std::string_view kTypeName<ClientMedia> = "media";
template <> inline constexpr std::string_view kTypeName<ClientChat> = "chat";
template <> inline constexpr std::string_view kTypeName<ClientHand> = "hand";
template <> inline constexpr std::string_view kTypeName<Moderate> = "moderate";
template <> inline constexpr std::string_view kTypeName<Reconnect> = "reconnect";
template <> inline constexpr std::string_view kTypeName<ClientLayout> = "layout";
template <> inline constexpr std::string_view kTypeName<ClientScreen> = "screen";
template <> inline constexpr std::string_view kTypeName<ClientReceive> = "receive";
template <> inline constexpr std::string_view kTypeName<ClientStats> = "stats";
template <> inline constexpr std::string_view kTypeName<ClientRecord> = "record";
template <> inline constexpr std::string_view kTypeName<Ping> = "ping";
template <> inline constexpr std::string_view kTypeName<Leave> = "leave";
template <> inline constexpr std::string_view kTypeName<Welcome> = "welcome";
template <> inline constexpr std::string_view kTypeName<ServerOffer> = "offer";
template <> inline constexpr std::string_view kTypeName<ServerCandidate> = "candidate";
template <> inline constexpr std::string_view kTypeName<Roster> = "roster";
template <> inline constexpr std::string_view kTypeName<Tiles> = "tiles";
template <> inline constexpr std::string_view kTypeName<ServerReceiving> = "receiving";
template <> inline constexpr std::string_view kTypeName<ServerIngest> = "ingest";
template <> inline constexpr std::string_view kTypeName<SpeakingUpdate> = "speaking";
template <> inline constexpr std::string_view kTypeName<ServerLayout> = "layout";
template <> inline constexpr std::string_view kTypeName<ScreenNotice> = "screen";
template <> inline constexpr std::string_view kTypeName<QualityNotice> = "quality";
template <> inline constexpr std::string_view kTypeName<RecordingNotice> = "recording";
template <> inline constexpr std::string_view kTypeName<ServerChat> = "chat";
template <> inline constexpr std::string_view kTypeName<ErrorMessage> = "error";
template <> inline constexpr std::string_view kTypeName<Pong> = "pong";
template <> inline constexpr std::string_view kTypeName<Bye> = "bye";
// clang-format on

template <>
struct EnumNames<ModerateAction> {
  static constexpr std::array<std::pair<ModerateAction, std::string_view>, 4> names{
      {{ModerateAction::kick, "kick"},
       {ModerateAction::mute, "mute"},
       {ModerateAction::stopScreen, "stop-screen"},
       {ModerateAction::end, "end"}}};
};

template <>
struct EnumNames<RecordAction> {
  static constexpr std::array<std::pair<RecordAction, std::string_view>, 4> names{
      {{RecordAction::start, "start"},
       {RecordAction::pause, "pause"},
       {RecordAction::resume, "resume"},
       {RecordAction::stop, "stop"}}};
};

template <>
struct EnumNames<RecordingNoticeState> {
  static constexpr std::array<std::pair<RecordingNoticeState, std::string_view>, 3> names{
      {{RecordingNoticeState::none, "none"},
       {RecordingNoticeState::recording, "recording"},
       {RecordingNoticeState::paused, "paused"}}};
};

template <>
struct EnumNames<ScreenAction> {
  static constexpr std::array<std::pair<ScreenAction, std::string_view>, 2> names{
      {{ScreenAction::start, "start"}, {ScreenAction::stop, "stop"}}};
};

template <>
struct EnumNames<ScreenState> {
  static constexpr std::array<std::pair<ScreenState, std::string_view>, 3> names{
      {{ScreenState::refused, "refused"},
       {ScreenState::takenOver, "taken-over"},
       {ScreenState::ended, "ended"}}};
};

// ---- client to server

// Names that are unknown here are left out.
void codecField(JsonReader& in, std::string_view key, std::vector<VideoCodec>& codecs) {
  std::vector<std::string> names;
  in.list(key, names, kMaxCodecs, TextRule{0, 64});
  if (!in.ok()) return;
  for (const std::string& name : names)
    if (const VideoCodec* codec = codecNamed(name);
        codec && std::find(codecs.begin(), codecs.end(), *codec) == codecs.end())
      codecs.push_back(*codec);
}

void codecField(JsonWriter& out, std::string_view key, const std::vector<VideoCodec>& codecs) {
  std::vector<std::string> names;
  names.reserve(codecs.size());
  for (const VideoCodec codec : codecs) names.emplace_back(enumName(codec));
  out.list(key, names, kMaxCodecs, TextRule{0, 64});
}

void fields(auto& io, Of<ClientReceive> auto& m) {
  io.optional("height", m.height, kSize);
}

// Offers, answers, candidates and more say which connection they are about.
template <class Io, class M>
void connectionFields(Io& io, M& m) {
  io.required("pc", m.pc, kPcText);
  io.required("gen", m.gen, kGen);
}

void fields(auto& io, Of<KeptConnection> auto& m) {
  connectionFields(io, m);
}

// Whether an optional member is there to be read, or to be written because it is `filled`.
bool given(const JsonReader& in, std::string_view key, bool) {
  return in.has(key);
}
bool given(const JsonWriter&, std::string_view, bool filled) {
  return filled;
}

template <class Io>
void fields(Io& io, Of<Join> auto& m) {
  io.required("name", m.name, NameRule{});
  io.optionalObject("send", [&](Io& send) {
    send.optional("audio", m.sendAudio);
    send.optional("video", m.sendVideo);
  });
  io.optional("viewer", m.viewer);
  io.optional("muted", m.muted);
  io.optional("cameraOff", m.cameraOff);
  codecField(io, "codecs", m.codecs);
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>)
    if (io.ok() && m.codecs.empty()) io.refuse("codecs", ErrorCode::unsupported, "none of VP8, H264");
  if (given(io, "hardware", !m.hardware.empty())) codecField(io, "hardware", m.hardware);
  io.optionalObject("screen", [&](Io& screen) {
    screen.required("width", m.screenWidth, kSize);
    screen.required("height", m.screenHeight, kSize);
  });
  if (given(io, "receive", m.receive.height.has_value())) objectField(io, "receive", m.receive);
  io.optional("resume", m.resume, kResumeText);
  if (given(io, "keep", !m.keep.empty())) io.list("keep", m.keep, kMaxConnections);
}

void fields(auto& io, Of<ClientAnswer> auto& m) {
  connectionFields(io, m);
  io.required("sdp", m.sdp, kSdpText);
}

void fields(auto& io, Of<ClientCandidate> auto& m) {
  connectionFields(io, m);
  objectField(io, "candidate", m.candidate);
}

void fields(auto& io, Of<ClientMedia> auto& m) {
  io.optional("muted", m.muted);
  io.optional("cameraOff", m.cameraOff);
}

void fields(auto& io, Of<ClientChat> auto& m) {
  io.required("text", m.text, ChatRule{});
}

void fields(auto& io, Of<ClientHand> auto& m) {
  io.required("raised", m.raised);
}

void fields(auto& io, Of<Moderate> auto& m) {
  io.required("action", m.action);
  if (m.action != ModerateAction::end) io.required("target", m.target);
}

void fields(auto& io, Of<Reconnect> auto& m) {
  io.required("pc", m.pc, kPcText);
}

void fields(auto& io, Of<ClientLayout> auto& m) {
  fields(io, m.choice);
}

void fields(auto& io, Of<ClientScreen> auto& m) {
  io.required("action", m.action);
}

void fields(auto& io, Of<ClientStats> auto& m) {
  io.optional("seconds", m.seconds, kStatsSeconds);
  io.optional("fps", m.fps, RealRange{0, 1000});
  io.optional("framesDecoded", m.framesDecoded, kFrames);
  io.optional("framesDropped", m.framesDropped, kFrames);
  io.optional("freezes", m.freezes, kAnyCount);
  io.optional("decodeMs", m.decodeMs, kDecodeMs);
  io.optional("packetsLost", m.packetsLost, kAnyCount);
  io.optional("rttMs", m.rttMs, kMaxWaitMs);
}

void fields(auto& io, Of<ClientRecord> auto& m) {
  io.required("action", m.action);
}

void fields(auto& io, Of<Ping> auto& m) {
  io.required("id", m.id, kAnyUint32);
}

void fields(auto&, Of<Leave> auto&) {}

// ---- server to client

// As the browser's RTCIceServer has it; one address each.
void fields(auto& io, Of<IceServer> auto& m) {
  std::vector<std::string> urls{m.url};
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(m)>>) urls.clear();
  io.list("urls", urls, 1, kUrlText);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(m)>>)
    if (!urls.empty()) m.url = urls.front();
  io.optional("username", m.username, kSecretText);
  io.optional("credential", m.credential, kSecretText);
}

void fields(auto& io, Of<ScreenNotice> auto& m) {
  io.required("state", m.state);
  fields(io, m.why);
}

void fields(auto& io, Of<RecordingNotice> auto& m) {
  io.required("state", m.state);
  io.required("streams", m.streams, kAnyCount);
  io.required("sinceMs", m.sinceMs, kAnyTotal);
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>)
    if (io.has("error")) m.error.emplace();
  if (m.error) objectField(io, "error", *m.error);
}

void fields(auto& io, Of<Welcome> auto& m) {
  io.required("id", m.id);
  io.required("room", m.room);
  io.required("role", m.role);
  io.required("resume", m.resume, kResumeText);
  io.required("resumed", m.resumed);
  objectField(io, "canvas", m.canvas);
  io.object("look", [&](auto& look) {
    look.required("glideMs", m.glideMs, kGlideMs);
    look.required("cornerRadius", m.cornerRadius, kPixels);
  });
  objectField(io, "layout", m.layout);
  io.list("customLayouts", m.customLayouts, kMaxCustomLayouts, kLayoutName);
  io.list("iceServers", m.iceServers, kMaxIceServers);
  objectField(io, "recording", m.recording);
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>)
    if (io.has("screen")) m.screen.emplace();
  if (m.screen) objectField(io, "screen", *m.screen);
  io.list("participants", m.participants, kMaxListElements);
}

void fields(auto& io, Of<ServerOffer> auto& m) {
  connectionFields(io, m);
  io.required("sdp", m.sdp, kSdpText);
}

void fields(auto& io, Of<ServerCandidate> auto& m) {
  connectionFields(io, m);
  objectField(io, "candidate", m.candidate);
}

void fields(auto& io, Of<Roster> auto& m) {
  io.list("participants", m.participants, kMaxListElements);
}

void fields(auto& io, Of<Tiles> auto& m) {
  fields(io, m.picture);
}

void fields(auto& io, Of<ServerReceiving> auto& m) {
  fields(io, m.receiving);
  io.required("levels", m.levels, IntRange{1, kMaxRungs + 1});
}

void fields(auto& io, Of<ServerIngest> auto& m) {
  connectionFields(io, m);
  fields(io, m.ingest);
}

void fields(auto& io, Of<SpeakingUpdate> auto& m) {
  io.list("levels", m.levels, kMaxListElements);
}

void fields(auto& io, Of<ServerLayout> auto& m) {
  fields(io, m.choice);
}

void fields(auto& io, Of<QualityNotice> auto& m) {
  io.required("level", m.level);
  io.required("text", m.text, SentenceRule{});
}

void fields(auto& io, Of<ServerChat> auto& m) {
  io.required("from", m.from);
  io.required("name", m.name, kPersonText);
  io.required("text", m.text, TextRule{1, 4 * kMaxChatChars});
  io.required("timeMs", m.timeMs, kAnyTotal);
}

void fields(auto& io, Of<ErrorMessage> auto& m) {
  fields(io, m.error);
  io.required("final", m.final);
  io.optional("re", m.re, kTypeText);
}

void fields(auto& io, Of<Pong> auto& m) {
  io.required("id", m.id, kAnyUint32);
}

void fields(auto& io, Of<Bye> auto& m) {
  io.required("code", m.code);
  io.required("text", m.text, SentenceRule{});
  io.required("reconnect", m.reconnect);
  io.required("afterMs", m.afterMs, kMaxWaitMs);
}

// ---- the whole

Result<FromClient> decodeFromClient(std::string_view text) {
  return decodeVariant<FromClient>(text, kMaxMessageBytes);
}

Result<ToClient> decodeToClient(std::string_view text) {
  return decodeVariant<ToClient>(text, kMaxServerMessageBytes);
}

std::string encode(const FromClient& message) {
  JsonWriter out;
  writeVariant(out, message);
  return out.finish();
}

std::string encode(const ToClient& message) {
  JsonWriter out;
  writeVariant(out, message);
  return out.finish();
}

std::string_view typeName(const FromClient& message) {
  return typeNameOf(message);
}
std::string_view typeName(const ToClient& message) {
  return typeNameOf(message);
}

std::string_view claimedType(std::string_view text) {
  const auto document = JsonDocument::parse(text, kMaxMessageBytes);
  if (!document) return {};
  JsonReader in(*document, "");
  std::string type;
  in.optional("type", type, kTypeText);
  return knownType<FromClient>(type);
}

}  // namespace tessera::wire
