// SPDX-License-Identifier: Apache-2.0
#include "signaling/websocket_session.h"

#include <sys/socket.h>

#include <utility>
#include <variant>

#include "base/log.h"

namespace tessera::signaling {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kClosePolicy = 1008;

ObjectRef<SoupWebsocketConnection> wrap(const WebSocketSession::Given& given,
                                        const std::shared_ptr<StreamWatch>& watch) {
  const auto guarded = ObjectRef<GIOStream>::adopt(newGuardedStream(given.stream, watch));
  return ObjectRef<SoupWebsocketConnection>::adopt(soup_websocket_connection_new(
      guarded.get(), given.uri, SOUP_WEBSOCKET_CONNECTION_SERVER, nullptr, "tessera.v1", nullptr));
}

}  // namespace

WebSocketSession::WebSocketSession(const Given& given, const SessionLimits& limits)
    : room_(given.room),
      address_(given.address),
      conference_(given.conference),
      counters_(given.counters),
      limits_(limits),
      onEnded_(given.onEnded),
      watch_(std::make_shared<StreamWatch>(wire::kMaxMessageBytes)),
      socket_(ObjectRef<GSocket>::retain(given.socket)),
      connection_(wrap(given, watch_)),
      messages_(limits.messagesPerSecond, 2.0 * limits.messagesPerSecond) {
  ++counters_->webSockets;
  g_socket_set_option(given.socket, SOL_SOCKET, SO_SNDBUF, limits_.socketSendBuffer, nullptr);
  // A little above our own limit, which is told from the frame's header and answered with an error.
  soup_websocket_connection_set_max_incoming_payload_size(connection_.get(), wire::kMaxMessageBytes + 1);
  soup_websocket_connection_set_keepalive_interval(connection_.get(),
                                                   static_cast<guint>(limits_.pingEvery.count()));
  connectSignals();
  joinTimer_.once(limits_.joinDeadline, [this] {
    refuse({ErrorCode::timeout, "join did not come in time"}, "join", kClosePolicy);
  });
  aliveTimer_.once(limits_.pingEvery + limits_.pongWithin, [this] { checkAlive(); });
}

WebSocketSession::~WebSocketSession() {
  --counters_->webSockets;
  watch_->onViolation = nullptr;
}

void WebSocketSession::connectSignals() {
  watch_->onViolation = [this](const Violation& violation) { onViolation(violation); };
  onMessageSignal_ =
      SignalConnection(connection_.get(), "message",
                       G_CALLBACK(+[](SoupWebsocketConnection*, int, GBytes* message, gpointer self) {
                         gsize size = 0;
                         const auto* data = static_cast<const char*>(g_bytes_get_data(message, &size));
                         static_cast<WebSocketSession*>(self)->onText({data, size});
                       }),
                       this);
  onClosedSignal_ =
      SignalConnection(connection_.get(), "closed", G_CALLBACK(+[](SoupWebsocketConnection*, gpointer self) {
                         static_cast<WebSocketSession*>(self)->onClosed();
                       }),
                       this);
  onErrorSignal_ = SignalConnection(connection_.get(), "error",
                                    G_CALLBACK(+[](SoupWebsocketConnection*, GError* error, gpointer) {
                                      log::debug("websocket error", {{"why", error->message}});
                                    }),
                                    this);
}

bool WebSocketSession::open() const {
  return !closing_ && soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN;
}

void WebSocketSession::onText(std::string_view text) {
  if (closing_) return;
  ++counters_->messagesIn;
  if (!messages_.take(Clock::now()))
    return refuse({ErrorCode::tooMany, "too many messages"}, {}, kClosePolicy);
  const auto message = wire::decodeFromClient(text);
  if (!message) return sendError(message.error(), false, {});
  if (const auto* join = std::get_if<wire::Join>(&*message)) return onJoin(*join);
  if (!seat_)
    return sendError({ErrorCode::badRequest, "the first message is join"}, false, wire::typeName(*message));
  seat_->onMessage(*message);
}

void WebSocketSession::onJoin(const wire::Join& join) {
  if (seat_) return sendError({ErrorCode::conflict, "joined already"}, false, "join");
  auto seat = conference_->join(room_, join, *this, address_);
  if (!seat) return refuse(seat.error(), "join", kClosePolicy);
  joinTimer_.stop();
  seat_ = std::move(*seat);
  if (closing_) seat_.reset();  // told to go while joining
}

void WebSocketSession::onViolation(const Violation& violation) {
  refuse(violation.error, {}, violation.closeCode);
}

void WebSocketSession::send(std::string_view json) {
  if (!open()) return;
  queuedPayload_ += json.size();
  GBytes* bytes = g_bytes_new(json.data(), json.size());
  soup_websocket_connection_send_message(connection_.get(), SOUP_WEBSOCKET_DATA_TEXT, bytes);
  g_bytes_unref(bytes);
  if (unsentBytes() > limits_.maxUnsentBytes) drop("unread");
}

void WebSocketSession::sendError(const Error& error, bool final, std::string_view re) {
  ++counters_->errorsOut[error.code];
  send(wire::encode(wire::ErrorMessage{error, final, std::string(re)}));
}

void WebSocketSession::refuse(const Error& error, std::string_view re, std::uint16_t closeCode) {
  if (closing_) return;
  sendError(error, true, re);
  const bool later = error.code == ErrorCode::shuttingDown;
  send(wire::encode(wire::Bye{error.code, error.text, later, later ? 2000 : 0}));
  startClose(closeCode);
}

void WebSocketSession::close(const wire::Bye& bye) {
  send(wire::encode(bye));
  startClose(kCloseNormal);
}

void WebSocketSession::fail(const Error& error, const wire::Bye& bye) {
  sendError(error, true, {});
  send(wire::encode(bye));
  startClose(kClosePolicy);
}

void WebSocketSession::startClose(std::uint16_t code) {
  if (std::exchange(closing_, true)) return;
  joinTimer_.stop();
  if (soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(connection_.get(), code, nullptr);
  closeTimer_.once(limits_.closeWithin, [this] { drop("close overdue"); });
  // The seat may be what is calling; it goes when the stack is unwound.
  post([weak = weak_.get()] {
    if (auto* self = weak.get()) self->seat_.reset();
  });
}

std::chrono::milliseconds WebSocketSession::silence() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - watch_->lastHeard);
}

// A ping goes out every pingEvery; whoever lives answers it, and any bytes will do.
void WebSocketSession::checkAlive() {
  const auto left = limits_.pingEvery + limits_.pongWithin - silence();
  if (left <= left.zero()) return drop("silent");
  aliveTimer_.once(left, [this] { checkAlive(); });
}

// Cuts the connection without waiting for what is unsent; libsoup then reports it closed.
void WebSocketSession::drop(const char* reason) {
  ++counters_->droppedConnections[reason];
  log::write(closing_ ? log::Level::debug : log::Level::warn, "websocket dropped",
             {{"room", room_.value}, {"why", reason}, {"unsent", unsentBytes()}});
  closing_ = true;
  joinTimer_.stop();
  const linger now{1, 0};
  setsockopt(g_socket_get_fd(socket_.get()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  g_socket_shutdown(socket_.get(), TRUE, TRUE, nullptr);
  post([weak = weak_.get()] {
    if (auto* self = weak.get()) self->onClosed();
  });
}

void WebSocketSession::onClosed() {
  closing_ = true;
  joinTimer_.stop();
  aliveTimer_.stop();
  closeTimer_.stop();
  if (seat_ && soup_websocket_connection_get_close_code(connection_.get()) == SOUP_WEBSOCKET_CLOSE_GOING_AWAY)
    seat_->onGoingAway();
  seat_.reset();
  if (const auto ended = std::exchange(onEnded_, nullptr)) ended();
}

}  // namespace tessera::signaling
