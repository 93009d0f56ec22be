// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/fingerprint.h"

#include <glib.h>

#include <string>

namespace tessera {
namespace {

constexpr std::size_t kMaxPemBytes = 64 << 10;
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

}  // namespace

std::optional<Sha256> parseFingerprint(std::string_view text) {
  Sha256 result{};
  if (text.size() != result.size() * 3 - 1) return std::nullopt;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const int high = g_ascii_xdigit_value(text[3 * i]);
    const int low = g_ascii_xdigit_value(text[3 * i + 1]);
    const bool last = i + 1 == result.size();
    if (high < 0 || low < 0 || (!last && text[3 * i + 2] != ':')) return std::nullopt;
    result[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return result;
}

std::optional<Sha256> certificateFingerprint(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return std::nullopt;
  const auto begin = pem.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto start = begin + kBegin.size();
  const auto end = pem.find(kEnd, start);
  if (end == std::string_view::npos) return std::nullopt;

  const std::string base64(pem.substr(start, end - start));
  gsize derSize = 0;
  guchar* der = g_base64_decode(base64.c_str(), &derSize);
  if (!der || derSize == 0) {
    g_free(der);
    return std::nullopt;
  }
  GChecksum* checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, der, static_cast<gssize>(derSize));
  Sha256 result{};
  gsize size = result.size();
  g_checksum_get_digest(checksum, result.data(), &size);
  g_checksum_free(checksum);
  g_free(der);
  return result;
}

}  // namespace tessera
