// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace tessera::signaling {

// Every response carries the security headers; nothing is cached without asking again.
void reply(SoupServerMessage* message, int status, const char* contentType, std::string_view body);
void replyJson(SoupServerMessage* message, int status, std::string_view json);
// {"error":{"code":"not-found","text":"..."}} with the status of the code, or `status` when it is given.
void replyError(SoupServerMessage* message, const Error& error, int status = 0);
void replyMethodNotAllowed(SoupServerMessage* message, const char* allowed);

void setHeader(SoupServerMessage* message, const char* name, const std::string& value);
std::string_view requestHeader(SoupServerMessage* message, const char* name);  // empty when absent

}  // namespace tessera::signaling
