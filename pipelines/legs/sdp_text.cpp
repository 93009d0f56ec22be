// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/sdp_text.h"

#include <glib.h>

#include <algorithm>

#include "wire/limits.h"

namespace tessera {
namespace {

Status checkLine(std::string_view line) {
  if (line.size() > kMaxSdpLineBytes) return fail(ErrorCode::badSdp, "SDP: a line is too long");
  if (line.size() < 2 || !g_ascii_islower(line[0]) || line[1] != '=')
    return fail(ErrorCode::badSdp, "SDP: a line is not of the form x=value");
  if (line[0] == 'k') return fail(ErrorCode::badSdp, "SDP: keys (k=) are not accepted");
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return fail(ErrorCode::badSdp, "SDP: control character");
  }
  return {};
}

// Which lines may follow (RFC 8866 section 5): the session's once each where it says so, then the media's.
bool isInPlace(char type, bool inMedia, std::string& seen) {
  if (inMedia) return std::string_view("micba").find(type) != std::string_view::npos;
  if (std::string_view("vos").find(type) == std::string_view::npos)
    return std::string_view("iuepcbtrza").find(type) != std::string_view::npos;
  if (seen.find(type) != std::string::npos) return false;
  seen.push_back(type);
  return true;
}

Status checkText(std::string_view text) {
  if (text.size() > wire::kMaxSdpBytes) return fail(ErrorCode::badSdp, "SDP: larger than the limit");
  if (!g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr))
    return fail(ErrorCode::badSdp, "SDP: not UTF-8");
  if (!text.starts_with("v=0")) return fail(ErrorCode::badSdp, "SDP: does not begin with v=0");
  std::size_t lines = 0;
  std::size_t media = 0;
  std::string seen;  // of the lines that stand once
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (const auto status = checkLine(line); !status) return status;
    if (line[0] == 'm') ++media;
    if (!isInPlace(line[0], media > 0, seen)) return fail(ErrorCode::badSdp, "SDP: a line out of place");
    if (++lines > kMaxSdpLines) return fail(ErrorCode::badSdp, "SDP: too many lines");
  }
  if (media > kMaxSdpMediaLines) return fail(ErrorCode::badSdp, "SDP: too many m-lines");
  return {};
}

void appendValue(const GstSDPAttribute& attribute, const char* key, std::vector<std::string>& values) {
  if (g_strcmp0(attribute.key, key) == 0) values.emplace_back(attribute.value ? attribute.value : "");
}

}  // namespace

Result<SdpMessage> parseSdp(std::string_view text) {
  if (const auto status = checkText(text); !status) return tl::unexpected(status.error());
  GstSDPMessage* raw = nullptr;
  gst_sdp_message_new(&raw);
  SdpMessage message(raw);
  const auto* bytes = reinterpret_cast<const guint8*>(text.data());
  if (gst_sdp_message_parse_buffer(bytes, static_cast<guint>(text.size()), raw) != GST_SDP_OK)
    return fail(ErrorCode::badSdp, "SDP: does not parse");
  return message;
}

std::string sdpText(const GstSDPMessage* message) {
  gchar* text = gst_sdp_message_as_text(message);
  std::string result = text ? text : "";
  g_free(text);
  return result;
}

std::vector<std::string> attributes(const GstSDPMedia* media, const char* key) {
  std::vector<std::string> values;
  for (guint i = 0; i < gst_sdp_media_attributes_len(media); ++i)
    appendValue(*gst_sdp_media_get_attribute(media, i), key, values);
  return values;
}

std::vector<std::string> attributes(const GstSDPMessage* message, const char* key) {
  std::vector<std::string> values;
  for (guint i = 0; i < gst_sdp_message_attributes_len(message); ++i)
    appendValue(*gst_sdp_message_get_attribute(message, i), key, values);
  return values;
}

bool hasAttribute(const GstSDPMedia* media, const char* key) {
  for (guint i = 0; i < gst_sdp_media_attributes_len(media); ++i)
    if (g_strcmp0(gst_sdp_media_get_attribute(media, i)->key, key) == 0) return true;
  return false;
}

}  // namespace tessera
