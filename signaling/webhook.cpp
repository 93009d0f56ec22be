// SPDX-License-Identifier: Apache-2.0
#include "signaling/webhook.h"

#include <memory>
#include <utility>

namespace tessera::signaling {
namespace {

struct Request {
  Weak<Webhook> owner;
  ObjectRef<SoupMessage> message;
  std::function<void(const Status&)> done;
};

std::string signatureOf(const std::string& secret, const std::string& body) {
  char* hex = g_compute_hmac_for_string(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(secret.data()),
                                        secret.size(), body.data(), static_cast<gssize>(body.size()));
  std::string signature = std::string("sha256=") + hex;
  g_free(hex);
  return signature;
}

Status outcomeOf(const Request& request, GError* error) {
  if (error) return tl::unexpected(Error::fromGError(ErrorCode::io, "telling the webhook", error));
  const auto status = static_cast<int>(soup_message_get_status(request.message.get()));
  if (status < 200 || status > 299) return fail(ErrorCode::io, "the webhook answered with {}", status);
  return {};
}

void onAnswer(GObject* session, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<Request> request(static_cast<Request*>(data));
  GError* error = nullptr;
  if (GInputStream* body = soup_session_send_finish(SOUP_SESSION(session), result, &error))
    g_object_unref(body);
  const Status outcome = outcomeOf(*request, error);
  if (request->owner.get()) request->done(outcome);
}

}  // namespace

Webhook::Webhook(std::string url, std::string secret)
    : url_(std::move(url)),
      secret_(std::move(secret)),
      session_(ObjectRef<SoupSession>::adopt(
          soup_session_new_with_options("timeout", kTimeoutSeconds, "user-agent", "tessera", nullptr))) {}

Webhook::~Webhook() {
  weak_.invalidate();
  soup_session_abort(session_.get());
}

void Webhook::post(const std::string& json, std::function<void(const Status&)> done) {
  SoupMessage* message = soup_message_new("POST", url_.c_str());
  if (!message) return done(fail(ErrorCode::config, "the webhook's address is not one"));
  soup_message_set_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  GBytes* body = g_bytes_new(json.data(), json.size());
  soup_message_set_request_body_from_bytes(message, "application/json", body);
  g_bytes_unref(body);
  if (!secret_.empty())
    soup_message_headers_append(soup_message_get_request_headers(message), "Tessera-Signature",
                                signatureOf(secret_, json).c_str());
  auto request = std::make_unique<Request>();
  request->owner = weak_.get();
  request->message = ObjectRef<SoupMessage>::adopt(message);
  request->done = std::move(done);
  soup_session_send_async(session_.get(), message, G_PRIORITY_DEFAULT, nullptr, onAnswer, request.release());
}

}  // namespace tessera::signaling
