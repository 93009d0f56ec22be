// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <functional>
#include <string>

#include "base/main_loop.h"
#include "base/result.h"
#include "signaling/object_ref.h"

namespace tessera::signaling {

// Tells an address of the operator's what has happened: a POST of JSON. With a secret it is signed, by the
// header Tessera-Signature: "sha256=" and the HMAC-SHA256 of the body in hexadecimal. Redirections are not
// followed. Main thread.
class Webhook {
 public:
  static constexpr int kTimeoutSeconds = 10;

  Webhook(std::string url, std::string secret);
  ~Webhook();
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

  // `done` comes once, unless the Webhook is gone by then; success is an answer of 200 to 299. Its error does
  // not name the address, which may hold a secret.
  void post(const std::string& json, std::function<void(const Status&)> done);

 private:
  std::string url_, secret_;
  ObjectRef<SoupSession> session_;
  WeakOwner<Webhook> weak_{this};
};

}  // namespace tessera::signaling
