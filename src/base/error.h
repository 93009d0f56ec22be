// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

typedef struct _GError GError;

namespace tessera {

// Every error that Tessera reports, with the one table (error.cpp) of its wire name and HTTP status.
enum class ErrorCode {
  badRequest,           // malformed message, field of the wrong type or out of range
  badSdp,               // an answer that does not fit our offer
  badCandidate,         // an ICE candidate that cannot be used
  unauthorized,         // token missing or wrong
  forbidden,            // known, but not allowed to (role, origin, barred)
  notFound,             // no such room, participant, resource
  conflict,             // does not fit the present state (a second join, a stale gen)
  tooLarge,             // message, name, text over its limit
  tooMany,              // rate, rooms, participants, candidates
  timeout,              // join, answer, connect, heartbeat overdue
  unsupported,          // message type or codec that this version does not have
  fingerprintMismatch,  // the DTLS certificate is not the one of the SDP
  mediaFailed,          // ICE or DTLS failed, or a media element reported an error
  roomEnded,            // ended by a moderator, the API, or for being empty
  roomFailed,           // the room process died
  overloaded,           // the room or the machine has no time left for it
  shuttingDown,         // the server is going down
  config,               // configuration file or command line
  io,                   // files, sockets, processes
  internal,
};

// Wire name ("bad-request"), stable: clients and tests compare it.
std::string_view wireName(ErrorCode code);
std::optional<ErrorCode> errorCodeOf(std::string_view wireName);
int httpStatus(ErrorCode code);

// What went wrong: `code` for programs, `text` for people ("opening /etc/x.toml: No such file or directory").
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string text;

  // Takes over a GError (and frees it); `what` says what was tried, and on what.
  static Error fromGError(ErrorCode code, std::string_view what, GError* error);
};

}  // namespace tessera
