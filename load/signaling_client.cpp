// SPDX-License-Identifier: Apache-2.0
#include "load/signaling_client.h"

#include <libsoup/soup.h>

#include "wire/limits.h"

namespace tessera::load {
namespace {

const char* const kProtocol = "tessera.v1";

gboolean acceptCertificate(SoupMessage*, GTlsCertificate*, GTlsCertificateFlags, gpointer) {
  return TRUE;
}

// "refused: 403 Forbidden" says more than "the server did not accept the WebSocket handshake".
Error connectError(SoupMessage* message, GError* error) {
  const auto status = soup_message_get_status(message);
  if (status == SOUP_STATUS_NONE || status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    return Error::fromGError(ErrorCode::io, "connecting", error);
  const char* reason = soup_message_get_reason_phrase(message);
  Error result{ErrorCode::forbidden, fmt::format("the server refuses the connection: {} {}",
                                                 static_cast<int>(status), reason ? reason : "")};
  if (error) g_error_free(error);
  return result;
}

}  // namespace

SignalingContext::SignalingContext(int connections, bool acceptAnyCertificate)
    : session_(SOUP_SESSION(g_object_new(SOUP_TYPE_SESSION, "max-conns", connections + 4,
                                         "max-conns-per-host", connections + 4, "proxy-resolver", nullptr,
                                         "user-agent", "tessera-load", nullptr))),
      acceptAnyCertificate_(acceptAnyCertificate) {}

SignalingContext::~SignalingContext() {
  soup_session_abort(session_);
  g_object_unref(session_);
}

// What the end of the connection attempt needs, whoever is still there then.
struct SignalingClient::Connecting {
  Weak<SignalingClient> client;
  SoupMessage* message;

  static void finish(GObject* session, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<Connecting> self(static_cast<Connecting*>(data));
    GError* error = nullptr;
    SoupWebsocketConnection* connection =
        soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);
    const Error why = connection ? Error{} : connectError(self->message, error);
    g_object_unref(self->message);
    if (auto* client = self->client.get()) {
      client->onConnected(connection, why);
    } else if (connection) {
      g_object_unref(connection);
    }
  }
};

SignalingClient::SignalingClient(SignalingContext& context, const std::string& url, const RoomId& room,
                                 Handlers handlers)
    : handlers_(std::move(handlers)), cancellable_(g_cancellable_new()) {
  assertMainThread();
  const std::string address = fmt::format("{}/v1/rooms/{}/ws", url, room.value);
  SoupMessage* message = soup_message_new(SOUP_METHOD_GET, address.c_str());
  if (!message) {
    post([weak = weak_.get(), address] {
      if (auto* self = weak.get()) self->end({ErrorCode::badRequest, "not a URL: " + address});
    });
    return;
  }
  if (context.acceptAnyCertificate())
    g_signal_connect(message, "accept-certificate", G_CALLBACK(acceptCertificate), nullptr);
  char* protocols[] = {const_cast<char*>(kProtocol), nullptr};
  soup_session_websocket_connect_async(context.session(), message, nullptr, protocols, G_PRIORITY_DEFAULT,
                                       cancellable_, &Connecting::finish,
                                       new Connecting{weak_.get(), message});
}

SignalingClient::~SignalingClient() {
  g_cancellable_cancel(cancellable_);
  g_object_unref(cancellable_);
  if (!connection_) return;
  for (const unsigned long id : signals_) g_signal_handler_disconnect(connection_, id);
  if (soup_websocket_connection_get_state(connection_) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(connection_, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, nullptr);
  g_object_unref(connection_);
}

void SignalingClient::onConnected(SoupWebsocketConnection* connection, const Error& error) {
  if (!connection) return end(error);
  connection_ = connection;
  soup_websocket_connection_set_max_incoming_payload_size(connection, 1 << 20);
  const auto onMessage = +[](SoupWebsocketConnection*, int type, GBytes* message, gpointer self) {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(message, &size));
    if (type == SOUP_WEBSOCKET_DATA_TEXT) static_cast<SignalingClient*>(self)->onText({data, size});
  };
  const auto onClosed = +[](SoupWebsocketConnection* socket, gpointer self) {
    const char* reason = soup_websocket_connection_get_close_data(socket);
    static_cast<SignalingClient*>(self)->end(
        {ErrorCode::io, fmt::format("the server closed the connection ({}{}{})",
                                    soup_websocket_connection_get_close_code(socket),
                                    reason && *reason ? ": " : "", reason ? reason : "")});
  };
  signals_ = {g_signal_connect(connection, "message", G_CALLBACK(onMessage), this),
              g_signal_connect(connection, "closed", G_CALLBACK(onClosed), this)};
  handlers_.onOpen();
}

void SignalingClient::onText(std::string_view text) {
  const auto message = wire::decodeToClient(text);
  if (message) return handlers_.onMessage(*message);
  if (message.error().code == ErrorCode::unsupported) return;  // a newer server's message
  end({message.error().code, "the server sent: " + message.error().text});
}

void SignalingClient::send(const wire::FromClient& message) {
  if (!connection_ || soup_websocket_connection_get_state(connection_) != SOUP_WEBSOCKET_STATE_OPEN) return;
  soup_websocket_connection_send_text(connection_, wire::encode(message).c_str());
}

void SignalingClient::close() {
  if (connection_ && soup_websocket_connection_get_state(connection_) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(connection_, SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr);
}

void SignalingClient::end(Error why) {
  if (ended_) return;
  ended_ = true;
  handlers_.onClosed(why);
}

}  // namespace tessera::load
