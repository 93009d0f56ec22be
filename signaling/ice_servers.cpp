// SPDX-License-Identifier: Apache-2.0
#include "signaling/ice_servers.h"

#include <fmt/core.h>
#include <glib.h>

#include <array>

namespace tessera::signaling {
namespace {

std::string hmacSha1Base64(const std::string& key, const std::string& text) {
  GHmac* hmac = g_hmac_new(G_CHECKSUM_SHA1, reinterpret_cast<const guchar*>(key.data()), key.size());
  g_hmac_update(hmac, reinterpret_cast<const guchar*>(text.data()), static_cast<gssize>(text.size()));
  std::array<guint8, 20> digest{};
  gsize size = digest.size();
  g_hmac_get_digest(hmac, digest.data(), &size);
  g_hmac_unref(hmac);
  char* base64 = g_base64_encode(digest.data(), size);
  std::string result(base64);
  g_free(base64);
  return result;
}

}  // namespace

std::vector<wire::IceServer> iceServers(const config::Media& media, const ParticipantId& participant,
                                        std::chrono::system_clock::time_point now) {
  std::vector<wire::IceServer> servers;
  if (!media.stunServer.empty()) servers.push_back({media.stunServer, {}, {}});
  if (media.turnServers.empty()) return servers;
  std::string username;
  std::string credential;
  if (!media.turnSecret.empty()) {
    const auto expiry =
        std::chrono::duration_cast<std::chrono::seconds>((now + media.turnTtl).time_since_epoch());
    username = fmt::format("{}:{}", expiry.count(), participant.value);
    credential = hmacSha1Base64(media.turnSecret, username);
  }
  for (const std::string& url : media.turnServers) servers.push_back({url, username, credential});
  return servers;
}

}  // namespace tessera::signaling
