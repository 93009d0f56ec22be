// SPDX-License-Identifier: Apache-2.0
#include "signaling/resume_token.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "wire/limits.h"

namespace tessera::signaling {
namespace {

constexpr std::size_t kKeyChars = 64;  // of a-z 0-9: over 300 bits
constexpr std::size_t kIdChars = 12;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::int64_t unixSeconds(ResumeTokens::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Result<std::string> readKey(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return fail(ErrorCode::io, "opening {}: {}", path, std::strerror(errno));
  std::string key(kKeyChars, '\0');
  const ssize_t n = read(fd, key.data(), key.size());
  struct stat info {};
  const bool shared = fstat(fd, &info) != 0 || (info.st_mode & 077) != 0;
  close(fd);
  if (shared) return fail(ErrorCode::io, "{} may be read by others: its mode must be 0600", path);
  if (n != static_cast<ssize_t>(key.size()))
    return fail(ErrorCode::io, "{} is not a key: remove it to have a new one made", path);
  return key;
}

// Written beside and renamed, so that a crash leaves no half a key and two servers that start at once end
// up with the same.
Result<std::string> makeKey(const std::string& path) {
  const std::string key = randomToken(kKeyChars);
  const std::string draft = path + "." + randomToken(8);
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::io, "creating {}: {}", draft, std::strerror(errno));
  const bool written =
      write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(fd) == 0;
  close(fd);
  const bool linked = written && link(draft.c_str(), path.c_str()) == 0;
  const int why = errno;
  unlink(draft.c_str());
  if (linked) return key;
  if (written && why == EEXIST) return readKey(path);
  return fail(ErrorCode::io, "writing {}: {}", path, std::strerror(why));
}

}  // namespace

bool equalSecrets(std::string_view a, std::string_view b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i] ^ (b.empty() ? '\0' : b[i % b.size()]));
  return difference == 0;
}

Result<ResumeTokens> ResumeTokens::withKeyIn(const std::string& directory) {
  if (g_mkdir_with_parents(directory.c_str(), 0700) != 0)
    return fail(ErrorCode::io, "creating the state directory {}: {}", directory, std::strerror(errno));
  const std::string path = directory + "/resume.key";
  auto key = access(path.c_str(), F_OK) == 0 ? readKey(path) : makeKey(path);
  if (!key) return tl::unexpected(key.error());
  return ResumeTokens(std::move(*key));
}

std::string hmacSha256(std::string_view key, std::string_view text) {
  char* hex = g_compute_hmac_for_data(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(key.data()),
                                      key.size(), reinterpret_cast<const guchar*>(text.data()), text.size());
  std::string result(hex);
  g_free(hex);
  return result;
}

std::string ResumeTokens::sign(std::string_view text) const {
  return hmacSha256(key_, text);
}

std::string ResumeTokens::derivedKey(std::string_view purpose) const {
  return sign(fmt::format("key.{}", purpose));  // no token begins so
}

std::string ResumeTokens::issue(const ResumeClaim& claim, Clock::time_point now) const {
  const std::string text =
      fmt::format("1.{}.{}.{}", claim.room.value, claim.participant.value, unixSeconds(now + kLifetime));
  return text + "." + sign(text);
}

Result<ResumeClaim> ResumeTokens::verify(std::string_view token, Clock::time_point now) const {
  const auto invalid = [] { return fail(ErrorCode::unauthorized, "the resume token is not valid here"); };
  const auto parts = split(token.substr(0, wire::kMaxResumeBytes), '.');
  if (token.size() > wire::kMaxResumeBytes || parts.size() != 5 || parts[0] != "1") return invalid();
  if (!equalSecrets(sign(token.substr(0, token.rfind('.'))), parts[4])) return invalid();
  const auto room = parseRoomId(parts[1]);
  std::int64_t expiry = 0;
  const auto [rest, failed] = std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), expiry);
  if (!room || parts[2].size() != kIdChars || failed != std::errc{} ||
      rest != parts[3].data() + parts[3].size())
    return invalid();
  if (expiry <= unixSeconds(now)) return fail(ErrorCode::unauthorized, "the resume token has expired");
  return ResumeClaim{*room, {std::string(parts[2])}};
}

}  // namespace tessera::signaling
