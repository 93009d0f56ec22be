// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tessera::signaling {

// Every response carries the security headers; nothing is cached without asking again.
void reply(SoupServerMessage* message, int status, const char* contentType, std::string_view body);
void replyJson(SoupServerMessage* message, int status, std::string_view json);
// {"error":{"code":"not-found","text":"..."}} with the status of the code, or `status` when it is given.
void replyError(SoupServerMessage* message, const Error& error, int status = 0);
void replyStatus(SoupServerMessage* message, const Status& status);  // 204, or the error
void replyNothingHere(SoupServerMessage* message);
void replyMethodNotAllowed(SoupServerMessage* message, const char* allowed);

void setCommonHeaders(SoupServerMessage* message);
void setHeader(SoupServerMessage* message, const char* name, const std::string& value);

std::string_view requestHeader(SoupServerMessage* message, const char* name);  // empty when absent
std::string_view methodOf(SoupServerMessage* message);
bool isReading(SoupServerMessage* message);  // GET or HEAD
std::string_view bodyOf(SoupServerMessage* message);
bool isServerId(std::string_view text);  // could be one that the server has made: a-z 0-9

// The members of a request's query, unescaped; one that is there twice is empty.
class QueryOf {
 public:
  explicit QueryOf(SoupServerMessage* message);
  bool has(const std::string& name) const { return members_.contains(name); }
  std::string get(const std::string& name) const;  // empty when absent

 private:
  std::map<std::string, std::string> members_;
};

}  // namespace tessera::signaling
