// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

namespace tessera::config {

// By their first bytes (PNG 5.2, JPEG's SOI and the marker after it); whether they decode is found out by who
// draws them.
Status checkImage(const std::string& path, bool jpegToo) {
  const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return fail(ErrorCode::config, "{}: {}", path, std::strerror(errno));
  std::array<char, 8> bytes{};
  struct stat info {};
  const bool file = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  const ssize_t got = file ? read(fd, bytes.data(), bytes.size()) : 0;
  close(fd);
  const std::string_view head(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (head == "\x89PNG\r\n\x1a\n" || (jpegToo && head.starts_with("\xff\xd8\xff"))) return {};
  return fail(ErrorCode::config, "{} is not a {} file", path, jpegToo ? "PNG or JPEG" : "PNG");
}

Result<std::string> readFile(const std::string& path, std::size_t maxBytes) {
  char* bytes = nullptr;
  gsize size = 0;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &bytes, &size, &error)) {
    Result<std::string> failed = fail(ErrorCode::config, "{}", error->message);  // names the path
    g_error_free(error);
    return failed;
  }
  const std::unique_ptr<char, decltype(&g_free)> owned(bytes, g_free);
  if (size > maxBytes) return fail(ErrorCode::config, "{} has more than {} bytes", path, maxBytes);
  return std::string(bytes, size);
}

}  // namespace tessera::config
