// SPDX-License-Identifier: Apache-2.0
#include "signaling/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "signaling/http_reply.h"
#include "signaling/origin.h"
#include "signaling/static_files.h"

namespace tessera::signaling {
namespace {

constexpr const char* kResources = "/io/tessera/web";
constexpr const char* kSubprotocol = "tessera.v1";
constexpr int kBacklog = 1024;         // connections that wait to be accepted
constexpr int kUpgradeRequired = 426;  // RFC 9110, 15.5.22

std::vector<std::string> segmentsOf(std::string_view path) {
  std::vector<std::string> segments;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (end > begin) segments.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

bool isWebSocket(const std::vector<std::string>& segments) {
  return segments.size() == 4 && segments[0] == "v1" && segments[1] == "rooms" && segments[3] == "ws";
}

void cut(SoupServerMessage* message) {
  if (GSocket* socket = soup_server_message_get_socket(message))
    g_socket_shutdown(socket, TRUE, TRUE, nullptr);
}

// One of a comma-separated list, as it stands.
bool lists(std::string_view header, std::string_view wanted) {
  while (!header.empty()) {
    const auto comma = std::min(header.find(','), header.size());
    std::string_view one = header.substr(0, comma);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one == wanted) return true;
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return false;
}

}  // namespace

HttpServer::HttpServer(Options options, Conference& conference, Counters& counters)
    : options_(std::move(options)),
      conference_(conference),
      counters_(counters),
      api_(conference,
           {options_.apiToken, options_.linkKey, isForThisMachine(options_.listen), options_.maxTransfers,
            [this](SoupServerMessage* message, bool mayRest) {
              endExchangeWithin(message, mayRest ? options_.restWithin : options_.exchangeWithin);
            }}),
      server_(ObjectRef<SoupServer>::adopt(soup_server_new(nullptr, nullptr))) {
  const auto early = +[](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*,
                         gpointer self) { static_cast<HttpServer*>(self)->onEarly(message, path); };
  const auto request = +[](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*,
                           gpointer self) { static_cast<HttpServer*>(self)->onRequest(message, path); };
  soup_server_add_early_handler(server_.get(), "/", early, this, nullptr);
  soup_server_add_handler(server_.get(), "/", request, this, nullptr);
  watchExchanges();
}

HttpServer::~HttpServer() {
  startedSignal_.disconnect();
  finishedSignal_.disconnect();
  abortedSignal_.disconnect();
  exchanges_.clear();
  sessions_.clear();
  soup_server_disconnect(server_.get());
}

// libsoup has no timeouts and no limits: who sends a request, or takes a response, too slowly is cut off, and
// so is who opens too many connections.
void HttpServer::watchExchanges() {
  startedSignal_ = SignalConnection(server_.get(), "request-started",
                                    G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer self) {
                                      static_cast<HttpServer*>(self)->onExchangeStarted(message);
                                    }),
                                    this);
  const auto over = G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer self) {
    static_cast<HttpServer*>(self)->onExchangeOver(message);
  });
  finishedSignal_ = SignalConnection(server_.get(), "request-finished", over, this);
  abortedSignal_ = SignalConnection(server_.get(), "request-aborted", over, this);
}

void HttpServer::onExchangeStarted(SoupServerMessage* message) {
  // libsoup 3.2 forgets a kept-alive connection that ends before its next request has begun: its descriptor
  // would never be closed. So none is kept alive.
  setHeader(message, "Connection", "close");
  auto exchange = std::make_unique<Exchange>();
  if (const char* host = soup_server_message_get_remote_host(message)) exchange->address = host;
  const int open = ++exchangesOf_[exchange->address];
  exchanges_[message] = std::move(exchange);
  endExchangeWithin(message, options_.exchangeWithin);
  if (open > options_.connectionsPerAddress && !options_.listen.trustForwardedFor) cut(message);
  // A connection that ends before its request has begun tells neither of the two signals above.
  g_object_weak_ref(
      G_OBJECT(message),
      [](gpointer data, GObject* gone) {
        const std::unique_ptr<Weak<HttpServer>> weak(static_cast<Weak<HttpServer>*>(data));
        if (auto* self = weak->get()) self->onExchangeOver(reinterpret_cast<SoupServerMessage*>(gone));
      },
      new Weak<HttpServer>(weak_.get()));
}

void HttpServer::endExchangeWithin(SoupServerMessage* message, std::chrono::milliseconds limit) {
  if (const auto exchange = exchanges_.find(message); exchange != exchanges_.end())
    exchange->second->deadline.once(limit, [message] { cut(message); });
}

void HttpServer::onExchangeOver(SoupServerMessage* message) {
  const auto exchange = exchanges_.find(message);
  if (exchange == exchanges_.end()) return;
  if (const auto count = exchangesOf_.find(exchange->second->address); --count->second == 0)
    exchangesOf_.erase(count);
  exchanges_.erase(exchange);
}

Status HttpServer::listen(TlsCertificate certificate) {
  const bool tls = static_cast<bool>(certificate);
  if (tls) setCertificate(certificate);
  for (const std::string& text : options_.listen.addresses) {
    const auto address = parseListenAddress(text);
    if (!address) return tl::unexpected(address.error());
    GError* error = nullptr;
    const auto option = tls ? SOUP_SERVER_LISTEN_HTTPS : static_cast<SoupServerListenOptions>(0);
    if (!soup_server_listen(server_.get(), toSocketAddress(*address).get(), option, &error)) {
      stopListening();
      return tl::unexpected(Error::fromGError(ErrorCode::io, fmt::format("listening on {}", text), error));
    }
  }
  // libsoup's queue has 10 places, which many who watch fill in a moment.
  GSList* listeners = soup_server_get_listeners(server_.get());
  for (const GSList* one = listeners; one; one = one->next)
    ::listen(g_socket_get_fd(static_cast<GSocket*>(one->data)), kBacklog);
  g_slist_free(listeners);
  return {};
}

void HttpServer::setCertificate(const TlsCertificate& certificate) {
  soup_server_set_tls_certificate(server_.get(), certificate.get());
}

std::vector<std::string> HttpServer::urls() const {
  std::vector<std::string> result;
  GSList* uris = soup_server_get_uris(server_.get());
  for (const GSList* one = uris; one; one = one->next) {
    auto* uri = static_cast<GUri*>(one->data);
    const std::string host = g_uri_get_host(uri);
    const bool v6 = host.find(':') != std::string::npos;
    result.push_back(toUrl({host, static_cast<std::uint16_t>(g_uri_get_port(uri)), v6},
                           std::string_view(g_uri_get_scheme(uri)) == "https"));
  }
  g_slist_free_full(uris, [](gpointer uri) { g_uri_unref(static_cast<GUri*>(uri)); });
  return result;
}

void HttpServer::stopListening() {
  GSList* listeners = soup_server_get_listeners(server_.get());
  for (const GSList* one = listeners; one; one = one->next)
    g_socket_close(static_cast<GSocket*>(one->data), nullptr);
  g_slist_free(listeners);
}

void HttpServer::sayGoodbye(const wire::Bye& bye) {
  for (const Session& session : sessions_) session.session->close(bye);
}

std::string HttpServer::clientAddress(SoupServerMessage* message) const {
  const char* host = soup_server_message_get_remote_host(message);
  std::string direct = host ? host : "";
  if (!options_.listen.trustForwardedFor || !(direct == "127.0.0.1" || direct == "::1")) return direct;
  // The last entry is the one that the proxy itself has written.
  const std::string_view header = requestHeader(message, "X-Forwarded-For");
  const auto comma = header.rfind(',');
  std::string_view last = comma == std::string_view::npos ? header : header.substr(comma + 1);
  while (!last.empty() && last.front() == ' ') last.remove_prefix(1);
  return last.empty() ? direct : std::string(last);
}

// Before the body, if any, is read: whether it may be, and whether a WebSocket may be opened.
void HttpServer::onEarly(SoupServerMessage* message, const char* path) {
  SoupMessageBody* body = soup_server_message_get_request_body(message);
  soup_message_body_set_accumulate(body, FALSE);
  const auto segments = segmentsOf(path);
  if (isWebSocket(segments)) {
    const auto room = parseRoomId(segments[2]);
    const Status allowed = room ? checkUpgrade(message, *room) : tl::unexpected(room.error());
    if (allowed) return;
    ++counters_.refusedConnections[allowed.error().code];
    return replyError(message, allowed.error());
  }
  if (ApiRoutes::covers(segments) && api_.acceptsBody(message, segments))
    soup_message_body_set_accumulate(body, TRUE);
}

Status HttpServer::checkUpgrade(SoupServerMessage* message, const RoomId& room) const {
  if (!lists(requestHeader(message, "Sec-WebSocket-Protocol"), kSubprotocol))
    return fail(ErrorCode::badRequest, "this is a WebSocket of subprotocol {}", kSubprotocol);
  if (!originAllowed(requestHeader(message, "Origin"), requestHeader(message, "Host"),
                     options_.listen.allowedOrigins))
    return fail(ErrorCode::forbidden, "pages of this origin may not connect here");
  const auto open = connectionsOf_.find(clientAddress(message));
  if (open != connectionsOf_.end() && open->second >= options_.connectionsPerAddress)
    return fail(ErrorCode::tooMany, "too many connections from this address");
  return conference_.mayConnect(room);
}

void HttpServer::onRequest(SoupServerMessage* message, const char* path) {
  const auto segments = segmentsOf(path);
  if (isWebSocket(segments)) {
    if (!isReading(message)) return replyMethodNotAllowed(message, "GET");
    if (const auto room = parseRoomId(segments[2])) return upgrade(message, *room);
    return replyError(message, {ErrorCode::badRequest, "not a room's name"});
  }
  if (ApiRoutes::covers(segments)) return api_.handle(message, segments);
  if (!isReading(message)) return replyMethodNotAllowed(message, "GET, HEAD");
  servePage(message, segments);
}

void HttpServer::servePage(SoupServerMessage* message, const std::vector<std::string>& segments) {
  const std::string first = segments.empty() ? "" : segments[0];
  if (segments.empty()) return serveResource(message, std::string(kResources) + "/page/index.html");
  if (first == "r" && segments.size() == 2) {
    if (const auto room = parseRoomId(segments[1]); !room) return replyError(message, room.error(), 404);
    return serveResource(message, std::string(kResources) + "/page/room.html");
  }
  if (first == "recordings" && segments.size() == 1)
    return serveResource(message, std::string(kResources) + "/page/recordings.html");
  if (first == "static" && segments.size() > 1) {
    std::string resource = kResources;
    for (std::size_t i = 1; i < segments.size(); ++i) resource += "/" + segments[i];
    return serveResource(message, resource);
  }
  if (segments.size() == 1 && first == "favicon.ico")
    return serveResource(message, std::string(kResources) + "/page/favicon.svg");
  if (segments.size() == 1 && first == "healthz")
    return reply(message, SOUP_STATUS_OK, "text/plain; charset=utf-8", "ok\n");
  if (segments.size() == 1 && first == "readyz")
    return conference_.ready()
               ? reply(message, SOUP_STATUS_OK, "text/plain; charset=utf-8", "ready\n")
               : reply(message, SOUP_STATUS_SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", "not ready\n");
  if (segments.size() == 1 && first == "metrics")
    return reply(message, SOUP_STATUS_OK, "text/plain; version=0.0.4; charset=utf-8",
                 conference_.metricsText());
  replyNothingHere(message);
}

// The handshake is done here and not by soup_server_add_websocket_handler, because the connection is to be
// made on a stream that watches the frames.
void HttpServer::upgrade(SoupServerMessage* message, const RoomId& room) {
  const char* protocols[] = {kSubprotocol, nullptr};
  GPtrArray* noExtensions = g_ptr_array_new();  // no permessage-deflate: memory, and bombs
  GError* error = nullptr;
  const bool valid = soup_websocket_server_check_handshake(message, nullptr, const_cast<char**>(protocols),
                                                           noExtensions, &error);
  if (valid) {
    soup_message_headers_remove(soup_server_message_get_response_headers(message), "Connection");
    soup_websocket_server_process_handshake(message, nullptr, const_cast<char**>(protocols), noExtensions,
                                            nullptr);
    struct Waiting {
      HttpServer* self;
      RoomId room;
    };
    g_signal_connect_data(
        message, "wrote-informational", G_CALLBACK(+[](SoupServerMessage* upgraded, gpointer data) {
          const auto* waiting = static_cast<Waiting*>(data);
          waiting->self->onUpgraded(upgraded, RoomId(waiting->room));
        }),
        new Waiting{this, room}, [](gpointer data, GClosure*) { delete static_cast<Waiting*>(data); },
        static_cast<GConnectFlags>(0));
  } else {
    setHeader(message, "Upgrade", "websocket");
    replyError(message, {ErrorCode::badRequest, error->message}, kUpgradeRequired);
    g_error_free(error);
  }
  g_ptr_array_unref(noExtensions);
}

void HttpServer::onUpgraded(SoupServerMessage* message, const RoomId& room) {
  const std::string address = clientAddress(message);
  const auto keep = ObjectRef<SoupServerMessage>::retain(message);
  GUri* uri = g_uri_ref(soup_server_message_get_uri(message));
  const auto socket = ObjectRef<GSocket>::retain(soup_server_message_get_socket(message));
  onExchangeOver(message);
  const auto stream = ObjectRef<GIOStream>::adopt(soup_server_message_steal_connection(message));
  const auto place = sessions_.insert(sessions_.end(), Session{address, nullptr});
  ++connectionsOf_[address];
  WebSocketSession::Given given;
  given.room = room;
  given.address = address;
  given.uri = uri;
  given.stream = stream.get();
  given.socket = socket.get();
  given.conference = &conference_;
  given.counters = &counters_;
  given.onEnded = [this, place] { onSessionEnded(place); };
  place->session = std::make_unique<WebSocketSession>(given, options_.session);
  g_uri_unref(uri);
}

void HttpServer::onSessionEnded(std::list<Session>::iterator session) {
  if (auto count = connectionsOf_.find(session->address); --count->second == 0) connectionsOf_.erase(count);
  post([weak = weak_.get(), session] {
    if (auto* self = weak.get()) self->sessions_.erase(session);
  });
}

}  // namespace tessera::signaling
