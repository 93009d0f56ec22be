// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/sdp_check.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "wire/limits.h"

namespace tessera {
namespace {

constexpr std::size_t kMaxSsrcLines = 32;  // per m-line; browsers write 4 to 8

template <class... Args>
tl::unexpected<Error> bad(fmt::format_string<Args...> text, Args&&... args) {
  return tl::unexpected(
      Error{ErrorCode::badSdp, "answer refused: " + fmt::format(text, std::forward<Args>(args)...)});
}

std::string text(const gchar* value) {
  return value ? value : "";
}

std::pair<std::string_view, std::string_view> splitOnce(std::string_view value, char at) {
  const auto blank = value.find(at);
  if (blank == std::string_view::npos) return {value, {}};
  return {value.substr(0, blank), value.substr(blank + 1)};
}

template <class Number>
std::optional<Number> number(std::string_view word) {
  Number value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

bool sameIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && g_ascii_strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool isIceChars(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return g_ascii_isalnum(c) || c == '+' || c == '/'; });
}

// What must be the same on all m-lines of a bundle (RFC 8843 section 7.3).
struct Transport {
  std::string ufrag, pwd, setup;
  Sha256 fingerprint{};
  bool operator==(const Transport&) const = default;
};

// The attribute of the m-line or, where there is none, of the session; exactly one.
Result<std::string> oneOf(const GstSDPMessage* message, const GstSDPMedia* media, const char* key) {
  auto values = attributes(media, key);
  if (values.empty()) values = attributes(message, key);
  if (values.size() != 1) return bad("{} stands {} times", key, values.size());
  return values.front();
}

Result<Sha256> fingerprintOf(const GstSDPMessage* message, const GstSDPMedia* media) {
  auto values = attributes(media, "fingerprint");
  for (const std::string& value : attributes(message, "fingerprint")) values.push_back(value);
  std::optional<Sha256> found;
  for (const std::string& value : values) {
    const auto [hash, digest] = splitOnce(value, ' ');
    if (!sameIgnoringCase(hash, "sha-256")) continue;  // further hashes of the same certificate
    const auto parsed = parseFingerprint(digest);
    if (!parsed) return bad("malformed fingerprint");
    if (found && *found != *parsed) return bad("two different fingerprints");
    found = parsed;
  }
  if (!found) return bad("no sha-256 fingerprint");
  return *found;
}

Result<Transport> transportOf(const GstSDPMessage* message, const GstSDPMedia* media) {
  Transport result;
  const auto ufrag = oneOf(message, media, "ice-ufrag");
  if (!ufrag) return tl::unexpected(ufrag.error());
  if (ufrag->size() < 4 || ufrag->size() > 256 || !isIceChars(*ufrag)) return bad("malformed ice-ufrag");
  const auto pwd = oneOf(message, media, "ice-pwd");
  if (!pwd) return tl::unexpected(pwd.error());
  if (pwd->size() < 22 || pwd->size() > 256 || !isIceChars(*pwd)) return bad("malformed ice-pwd");
  const auto setup = oneOf(message, media, "setup");
  if (!setup) return tl::unexpected(setup.error());
  if (*setup != "active" && *setup != "passive") return bad("setup is neither active nor passive");
  const auto fingerprint = fingerprintOf(message, media);
  if (!fingerprint) return tl::unexpected(fingerprint.error());
  return Transport{*ufrag, *pwd, *setup, *fingerprint};
}

Status checkFormats(const GstSDPMedia* media, const OfferShape::Line& offered) {
  const guint count = gst_sdp_media_formats_len(media);
  if (count == 0 || count > offered.formats.size()) return bad("wrong number of payload types");
  std::map<int, std::string> rtpmaps;
  for (const std::string& value : attributes(media, "rtpmap")) {
    const auto [payload, codec] = splitOnce(value, ' ');
    const auto id = number<int>(payload);
    if (!id || !rtpmaps.emplace(*id, codec).second) return bad("malformed or repeated rtpmap");
  }
  std::set<int> seen;
  for (guint i = 0; i < count; ++i) {
    const auto payload = number<int>(text(gst_sdp_media_get_format(media, i)));
    const auto known = std::find_if(offered.formats.begin(), offered.formats.end(),
                                    [&](const auto& format) { return payload == format.payload; });
    if (known == offered.formats.end()) return bad("a payload type that was not offered");
    if (!seen.insert(*payload).second) return bad("payload type {} twice", *payload);
    const auto rtpmap = rtpmaps.find(*payload);
    if (rtpmap == rtpmaps.end() || !sameIgnoringCase(rtpmap->second, known->rtpmap))
      return bad("payload type {} is not {}", *payload, known->rtpmap);
  }
  if (rtpmaps.size() != seen.size()) return bad("rtpmap of a payload type that is not listed");
  if (!seen.contains(offered.formats.front().payload)) return bad("the codec was not accepted");
  return {};
}

Result<CheckedAnswer::Line> directionOf(const GstSDPMedia* media, bool receiveOnly) {
  int found = 0;
  CheckedAnswer::Line line{true, true};
  const std::array<std::pair<const char*, CheckedAnswer::Line>, 4> table{{{"sendrecv", {true, true}},
                                                                          {"sendonly", {true, false}},
                                                                          {"recvonly", {false, true}},
                                                                          {"inactive", {}}}};
  for (const auto& [name, meaning] : table) {
    for (guint i = 0; i < gst_sdp_media_attributes_len(media); ++i) {
      if (text(gst_sdp_media_get_attribute(media, i)->key) != name) continue;
      ++found;
      line = meaning;
    }
  }
  if (found > 1) return bad("several directions");
  if (line.weSend && receiveOnly) return bad("a direction that was not offered");
  return line;
}

// Each SSRC may belong to one m-line only; `used` are those of the lines before.
Status checkSsrcs(const GstSDPMedia* media, std::set<std::uint32_t>& used) {
  const auto values = attributes(media, "ssrc");
  if (values.size() > kMaxSsrcLines) return bad("too many ssrc lines");
  std::set<std::uint32_t> here;
  for (const std::string& value : values) {
    const auto ssrc = number<std::uint32_t>(splitOnce(value, ' ').first);
    if (!ssrc || *ssrc == 0) return bad("malformed ssrc");
    if (used.contains(*ssrc)) return bad("an ssrc on two m-lines");
    here.insert(*ssrc);
  }
  used.merge(here);
  return {};
}

Status checkMedia(const GstSDPMedia* media, const OfferShape::Line& offered) {
  if (text(gst_sdp_media_get_media(media)) != offered.kind) return bad("m-lines differ in kind");
  if (text(gst_sdp_media_get_proto(media)) != offered.proto) return bad("m-lines differ in protocol");
  const auto mids = attributes(media, "mid");
  if (mids.size() != 1 || mids.front() != offered.mid) return bad("m-lines differ in mid");
  if (gst_sdp_media_get_port(media) == 0 && !hasAttribute(media, "bundle-only"))
    return bad("m-line {} is rejected", offered.mid);
  if (gst_sdp_media_get_num_ports(media) > 1) return bad("several ports on an m-line");
  if (!hasAttribute(media, "rtcp-mux")) return bad("no rtcp-mux");
  return checkFormats(media, offered);
}

Status checkBundle(const GstSDPMessage* message, const OfferShape& offer) {
  std::vector<std::string> bundles;
  for (const std::string& value : attributes(message, "group"))
    if (value.starts_with("BUNDLE")) bundles.push_back(value);
  if (bundles.size() != 1) return bad("{} BUNDLE groups", bundles.size());
  std::set<std::string_view> wanted;
  for (const auto& line : offer.lines) wanted.insert(line.mid);
  std::string_view rest = std::string_view(bundles.front()).substr(6);
  while (!rest.empty()) {
    if (rest.front() != ' ') return bad("malformed BUNDLE group");
    rest.remove_prefix(1);
    const std::string_view mid = splitOnce(rest, ' ').first;
    rest.remove_prefix(mid.size());
    if (wanted.erase(mid) != 1) return bad("the BUNDLE group names other mids");
  }
  if (!wanted.empty()) return bad("the BUNDLE group does not hold every mid");
  return {};
}

// Takes the candidates out; those that cannot be used are dropped.
Status collectCandidates(const GstSDPMedia* media, const CandidatePolicy& policy,
                         std::vector<std::string>& out) {
  for (const std::string& value : attributes(media, "candidate")) {
    const auto parts = parseCandidate("candidate:" + value, policy);
    if (!parts) continue;
    std::string line = parts->text();
    if (std::find(out.begin(), out.end(), line) == out.end()) out.push_back(std::move(line));
    if (out.size() > wire::kMaxCandidates) return bad("too many candidates");
  }
  return {};
}

bool isKept(const GstSDPAttribute* attribute, const OfferShape::Line& offered) {
  static constexpr std::array<std::string_view, 15> kKept{
      "mid",      "rtpmap",   "fmtp",     "rtcp-fb",  "rtcp-mux",    "rtcp-rsize", "ssrc", "ssrc-group",
      "sendrecv", "sendonly", "recvonly", "inactive", "bundle-only", "msid",       "ptime"};
  const std::string key = text(attribute->key);
  if (key == "extmap") {
    const auto& known = offered.extmaps;
    return std::find(known.begin(), known.end(), text(attribute->value)) != known.end();
  }
  return std::find(kKept.begin(), kKept.end(), key) != kKept.end();
}

void normaliseMedia(GstSDPMedia* media, const OfferShape::Line& offered, const Transport& transport) {
  for (guint i = gst_sdp_media_attributes_len(media); i-- > 0;)
    if (!isKept(gst_sdp_media_get_attribute(media, i), offered)) gst_sdp_media_remove_attribute(media, i);
  gst_sdp_media_set_information(media, nullptr);  // GStreamer 1.22 writes it without the end of its line
  std::string digest;
  for (const std::uint8_t byte : transport.fingerprint) digest += fmt::format("{:02X}:", byte);
  digest.pop_back();
  gst_sdp_media_add_attribute(media, "ice-ufrag", transport.ufrag.c_str());
  gst_sdp_media_add_attribute(media, "ice-pwd", transport.pwd.c_str());
  gst_sdp_media_add_attribute(media, "setup", transport.setup.c_str());
  gst_sdp_media_add_attribute(media, "fingerprint", ("sha-256 " + digest).c_str());
}

void normaliseSession(GstSDPMessage* message, const OfferShape& offer) {
  for (guint i = gst_sdp_message_attributes_len(message); i-- > 0;)
    gst_sdp_message_remove_attribute(message, i);
  std::string group = "BUNDLE";
  for (const auto& line : offer.lines) group += " " + line.mid;
  gst_sdp_message_add_attribute(message, "group", group.c_str());
  gst_sdp_message_add_attribute(message, "ice-options", "trickle");
}

}  // namespace

OfferShape OfferShape::of(const GstSDPMessage* offer) {
  OfferShape shape;
  for (guint i = 0; i < gst_sdp_message_medias_len(offer); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(offer, i);
    Line line{text(gst_sdp_media_get_media(media)), text(gst_sdp_media_get_attribute_val(media, "mid")),
              text(gst_sdp_media_get_proto(media)), {},
              attributes(media, "extmap"),          hasAttribute(media, "recvonly")};
    for (guint f = 0; f < gst_sdp_media_formats_len(media); ++f)
      line.formats.push_back({number<int>(text(gst_sdp_media_get_format(media, f))).value_or(-1), ""});
    for (const std::string& value : attributes(media, "rtpmap")) {
      const auto [payload, codec] = splitOnce(value, ' ');
      for (Format& format : line.formats)
        if (number<int>(payload) == format.payload) format.rtpmap = codec;
    }
    shape.lines.push_back(std::move(line));
  }
  return shape;
}

Result<CheckedAnswer> checkAnswer(std::string_view sdp, const OfferShape& offer,
                                  const CandidatePolicy& policy) {
  auto message = parseSdp(sdp);
  if (!message) return tl::unexpected(message.error());
  GstSDPMessage* raw = message->get();
  if (gst_sdp_message_medias_len(raw) != offer.lines.size())
    return bad("{} m-lines instead of {}", gst_sdp_message_medias_len(raw), offer.lines.size());
  if (const auto status = checkBundle(raw, offer); !status) return tl::unexpected(status.error());

  CheckedAnswer result;
  std::set<std::uint32_t> ssrcs;
  std::optional<Transport> transport;
  for (guint i = 0; i < offer.lines.size(); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(raw, i);
    if (const auto ok = checkMedia(media, offer.lines[i]); !ok) return tl::unexpected(ok.error());
    if (const auto ok = checkSsrcs(media, ssrcs); !ok) return tl::unexpected(ok.error());
    const auto here = transportOf(raw, media);
    if (!here) return tl::unexpected(here.error());
    if (transport && *transport != *here) return bad("transport attributes differ between m-lines");
    transport = *here;
    const auto direction = directionOf(media, offer.lines[i].receiveOnly);
    if (!direction) return tl::unexpected(direction.error());
    result.lines.push_back(*direction);
    if (const auto ok = collectCandidates(media, policy, result.candidates); !ok)
      return tl::unexpected(ok.error());
  }
  for (guint i = 0; i < offer.lines.size(); ++i)
    normaliseMedia(const_cast<GstSDPMedia*>(gst_sdp_message_get_media(raw, i)), offer.lines[i], *transport);
  normaliseSession(raw, offer);
  result.fingerprint = transport->fingerprint;
  result.message = std::move(*message);
  return result;
}

}  // namespace tessera
