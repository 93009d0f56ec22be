// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tessera {

// Strictly read: what two programs could understand differently is refused, and no other spelling of the same
// place is left. So what has been checked is what text() gives, and that is to be used.
struct Url {
  std::string scheme;    // lower case
  std::string userInfo;  // secret; as it stands, empty when there is none
  std::string host;      // lower case, without a trailing dot; an IPv6 address without brackets
  bool v6 = false;
  int port = 0;       // 0: the scheme's own
  std::string path;   // empty, or begins with "/"; no "." or ".." in it, however they are written
  std::string query;  // secret; without the "?"

  std::string text() const;
  int effectivePort() const;  // 0 when the scheme has none of its own
};
inline constexpr std::size_t kMaxUrlBytes = 1024;
[[nodiscard]] Result<Url> parseUrl(std::string_view text);

// What "%" escapes stand for; an error for half an escape, and for one of a byte in `hides` or of a control
// character.
[[nodiscard]] Result<std::string> unescapedUrl(std::string_view text, std::string_view hides);

// The pieces of which patterns of URLs are made, too.
namespace url_parts {
bool isUrlChar(char c);
bool isLabel(std::string_view label, bool pattern);  // of a host; a pattern's may have "*"
bool readPort(std::string_view text, int& port);
int portOfScheme(std::string_view scheme);  // 0: none of its own, or not one of ours
[[nodiscard]] Status setHostV6(Url& url, std::string_view text);
std::string lower(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
}  // namespace url_parts

}  // namespace tessera
