// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <fmt/core.h>
#include <glib.h>

#include <array>

namespace tessera {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  int http;
};

constexpr std::array kRows{
    Row{ErrorCode::badRequest, "bad-request", 400},
    Row{ErrorCode::badSdp, "bad-sdp", 400},
    Row{ErrorCode::badCandidate, "bad-candidate", 400},
    Row{ErrorCode::unauthorized, "unauthorized", 401},
    Row{ErrorCode::forbidden, "forbidden", 403},
    Row{ErrorCode::notFound, "not-found", 404},
    Row{ErrorCode::conflict, "conflict", 409},
    Row{ErrorCode::tooLarge, "too-large", 413},
    Row{ErrorCode::tooMany, "too-many", 429},
    Row{ErrorCode::timeout, "timeout", 408},
    Row{ErrorCode::unsupported, "unsupported", 501},
    Row{ErrorCode::fingerprintMismatch, "fingerprint-mismatch", 400},
    Row{ErrorCode::mediaFailed, "media-failed", 502},
    Row{ErrorCode::roomEnded, "room-ended", 410},
    Row{ErrorCode::roomFailed, "room-failed", 502},
    Row{ErrorCode::overloaded, "overloaded", 503},
    Row{ErrorCode::shuttingDown, "shutting-down", 503},
    Row{ErrorCode::config, "config", 500},
    Row{ErrorCode::io, "io", 500},
    Row{ErrorCode::internal, "internal", 500},
};

const Row& rowOf(ErrorCode code) {
  for (const Row& row : kRows)
    if (row.code == code) return row;
  return kRows.back();
}

}  // namespace

std::string_view wireName(ErrorCode code) {
  return rowOf(code).name;
}
std::optional<ErrorCode> errorCodeOf(std::string_view wireName) {
  for (const Row& row : kRows)
    if (row.name == wireName) return row.code;
  return std::nullopt;
}
int httpStatus(ErrorCode code) {
  return rowOf(code).http;
}

Error Error::fromGError(ErrorCode code, std::string_view what, GError* error) {
  Error result{code, fmt::format("{}: {}", what, error ? error->message : "unknown error")};
  if (error) g_error_free(error);
  return result;
}

}  // namespace tessera
