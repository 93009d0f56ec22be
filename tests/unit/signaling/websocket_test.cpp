// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "base/main_loop.h"
#include "fake_conference.h"
#include "raw_client.h"
#include "signaling/http_server.h"

// Sessions over real sockets on loopback, with clients that misbehave.

namespace tessera::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kJoin = R"({"type":"join","name":"Ada","codecs":["VP8"]})";

class WebSocketTest : public testing::Test {
 protected:
  void SetUp() override { bindMainThread(); }
  void TearDown() override {
    server_.reset();
    while (g_main_context_iteration(nullptr, FALSE)) {
    }
  }

  void serve() {
    options.listen.addresses = {"127.0.0.1:0"};
    server_ = std::make_unique<signaling::HttpServer>(options, conference, counters);
    ASSERT_TRUE(server_->listen({}).has_value());
    const std::string url = server_->urls().at(0);
    port = std::stoi(url.substr(url.rfind(':') + 1));
  }
  void connect(RawClient& client) { ASSERT_EQ(client.upgrade("here"), 101); }
  void join(RawClient& client) {
    connect(client);
    client.sendText(kJoin);
    ASSERT_NE(client.waitForText("\"welcome\""), "");
  }
  bool allGone() {
    return runUntil([this] { return server_->idle(); });
  }

  signaling::HttpServer::Options options;
  FakeConference conference;
  signaling::Counters counters;
  std::unique_ptr<signaling::HttpServer> server_;
  int port = 0;
};

TEST_F(WebSocketTest, JoinsTalksAndLeavesItsSeat) {
  serve();
  {
    RawClient client(port);
    join(client);
    EXPECT_EQ(conference.joined, std::vector<std::string>{"Ada"});
    EXPECT_EQ(conference.addresses, std::vector<std::string>{"127.0.0.1"});
    client.sendText(R"({"type":"chat","text":"hello"})");
    EXPECT_TRUE(runUntil([&] { return !conference.messages.empty(); }));
    EXPECT_EQ(conference.messages, std::vector<std::string>{"chat"});
    EXPECT_EQ(conference.seats, 1);
    EXPECT_EQ(counters.webSockets, 1);
  }
  EXPECT_TRUE(allGone());
  EXPECT_EQ(conference.seats, 0);
  EXPECT_EQ(counters.webSockets, 0);
}

TEST_F(WebSocketTest, TellsAClosedPageFromALostConnection) {
  serve();
  RawClient closed(port);
  join(closed);
  {
    RawClient lost(port);
    join(lost);
  }
  EXPECT_TRUE(runUntil([&] { return conference.seats == 1; }));
  EXPECT_EQ(conference.goneAway, 0);
  closed.sendFrame(8, std::string_view("\x03\xe9", 2));  // 1001, going away
  EXPECT_TRUE(runUntil([&] { return conference.seats == 0; }));
  EXPECT_EQ(conference.goneAway, 1);
}

TEST_F(WebSocketTest, RefusesBeforeTheUpgrade) {
  options.connectionsPerAddress = 2;
  serve();
  const std::string protocol = "Sec-WebSocket-Protocol: tessera.v1\r\n";
  const auto status = [&](const std::string& room, const std::string& headers) {
    return RawClient(port).upgrade(room, headers);
  };
  EXPECT_EQ(status("here", protocol + "Origin: http://evil.test\r\n"), 403);
  EXPECT_EQ(status("here", protocol + "Origin: null\r\n"), 403);
  EXPECT_EQ(status("here", protocol + "Origin: http://server.test:8080\r\n"), 101);
  EXPECT_EQ(status("here", protocol), 101);
  EXPECT_EQ(status("here", ""), 400);
  EXPECT_EQ(status("here", "Sec-WebSocket-Protocol: other.v1\r\n"), 400);
  EXPECT_EQ(status("here", "Sec-WebSocket-Protocol: other.v1, tessera.v1\r\n"), 101);
  EXPECT_EQ(status("no%20room", protocol), 400);
  conference.refuseConnections = Error{ErrorCode::shuttingDown, "going down"};
  EXPECT_EQ(status("here", protocol), 503);
  EXPECT_EQ(counters.refusedConnections[ErrorCode::forbidden], 2u);
}

TEST_F(WebSocketTest, LimitsConnectionsPerAddress) {
  options.connectionsPerAddress = 2;
  serve();
  RawClient one(port), two(port);
  connect(one);
  connect(two);
  EXPECT_EQ(RawClient(port).upgrade("here"), 429);
}

TEST_F(WebSocketTest, CompressionIsNotAgreedTo) {
  serve();
  RawClient client(port);
  EXPECT_EQ(client.upgrade("here",
                           "Sec-WebSocket-Protocol: tessera.v1\r\n"
                           "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
            101);
  // The first frame compressed (RSV1): a protocol error for who has not agreed to it.
  client.write(std::string("\xC1\x82\0\0\0\0ab", 8));
  EXPECT_TRUE(runUntil([&] { return !client.read() || client.closeCode() != 0; }));
  EXPECT_EQ(client.closeCode(), 1002);
}

TEST_F(WebSocketTest, JoinIsDue) {
  options.session.joinDeadline = 50ms;
  options.session.closeWithin = 100ms;
  serve();
  RawClient client(port);
  connect(client);
  const std::string error = client.waitForText("\"error\"");
  EXPECT_NE(error.find("\"timeout\""), std::string::npos) << error;
  EXPECT_NE(error.find("\"final\":true"), std::string::npos) << error;
  EXPECT_TRUE(client.waitForClose()) << "also for who does not answer the close";
  EXPECT_EQ(client.closeCode(), 1008);
  EXPECT_TRUE(allGone());
}

TEST_F(WebSocketTest, JoinStopsTheDeadline) {
  options.session.joinDeadline = 200ms;
  serve();
  RawClient client(port);
  join(client);
  runUntil([] { return false; }, 400ms);
  EXPECT_TRUE(client.read());
  EXPECT_EQ(client.closeCode(), 0);
}

TEST_F(WebSocketTest, NothingIsHeardBeforeJoin) {
  serve();
  RawClient client(port);
  connect(client);
  client.sendText(R"({"type":"chat","text":"hello"})");
  EXPECT_NE(client.waitForText("bad-request").find("\"final\":false"), std::string::npos);
  EXPECT_TRUE(conference.messages.empty());
  client.sendText(kJoin);
  EXPECT_NE(client.waitForText("welcome"), "");
  client.sendText(kJoin);
  EXPECT_NE(client.waitForText("conflict").find("\"final\":false"), std::string::npos);
  EXPECT_EQ(conference.joined.size(), 1u);
}

TEST_F(WebSocketTest, MalformedMessagesAreAnsweredAndSurvived) {
  serve();
  RawClient client(port);
  connect(client);
  for (const char* text :
       {"", "{", "[]", "null", R"({"type":7})", R"({"type":"join"})", "{\"type\":\"join\",\"name\":\"\"}"}) {
    client.sendText(text);
    EXPECT_NE(client.waitForText("\"error\""), "") << text;
  }
  client.sendText(R"({"type":"dance"})");
  EXPECT_NE(client.waitForText("unsupported"), "");
  client.sendText(std::string(5000, '['));
  EXPECT_NE(client.waitForText("\"error\""), "");
  client.sendText(kJoin);
  EXPECT_NE(client.waitForText("welcome"), "");
}

TEST_F(WebSocketTest, ARefusedJoinEndsTheConnection) {
  conference.refuseJoins = Error{ErrorCode::tooMany, "the room is full"};
  options.session.closeWithin = 100ms;
  serve();
  RawClient client(port);
  connect(client);
  client.sendText(kJoin);
  EXPECT_NE(client.waitForText("too-many").find("\"re\":\"join\""), std::string::npos);
  EXPECT_NE(client.waitForText("\"bye\"").find("\"reconnect\":false"), std::string::npos);
  EXPECT_TRUE(client.waitForClose());
}

TEST_F(WebSocketTest, TooLargeInOneFrameOrInMany) {
  options.session.closeWithin = 100ms;
  serve();
  RawClient one(port);
  join(one);
  one.sendText(std::string((64 << 10) + 1, 'x'));
  EXPECT_NE(one.waitForText("too-large"), "");
  EXPECT_TRUE(one.waitForClose());
  EXPECT_EQ(one.closeCode(), 1009);

  RawClient many(port);
  join(many);
  many.sendFrame(1, std::string(40'000, 'x'), false);
  many.sendFrame(0, std::string(40'000, 'x'), false);
  EXPECT_NE(many.waitForText("too-large"), "");
  EXPECT_TRUE(many.waitForClose());

  RawClient claims(port);
  join(claims);
  claims.write(std::string("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14));
  EXPECT_NE(claims.waitForText("too-large"), "") << "told by the header alone";
}

TEST_F(WebSocketTest, FragmentsAreCounted) {
  options.session.closeWithin = 100ms;
  serve();
  RawClient client(port);
  join(client);
  client.sendFrame(1, "", false);
  for (int i = 0; i < 100; ++i) client.sendFrame(0, "", false);
  EXPECT_NE(client.waitForText("fragments"), "");
  EXPECT_TRUE(client.waitForClose());
  EXPECT_EQ(client.closeCode(), 1008);
}

TEST_F(WebSocketTest, AMessageInFragmentsIsAMessage) {
  serve();
  RawClient client(port);
  connect(client);
  const std::string text = kJoin;
  client.sendFrame(1, text.substr(0, 10), false);
  client.sendFrame(0, text.substr(10, 10), false);
  client.sendFrame(0, text.substr(20), true);
  EXPECT_NE(client.waitForText("welcome"), "");
}

TEST_F(WebSocketTest, BinaryIsRefused) {
  options.session.closeWithin = 100ms;
  serve();
  RawClient client(port);
  join(client);
  client.sendFrame(2, "abc");
  EXPECT_NE(client.waitForText("unsupported"), "");
  EXPECT_TRUE(client.waitForClose());
  EXPECT_EQ(client.closeCode(), 1003);
}

TEST_F(WebSocketTest, AFloodOfMessagesEndsTheConnection) {
  options.session.messagesPerSecond = 5;
  options.session.closeWithin = 100ms;
  serve();
  RawClient client(port);
  join(client);
  for (int i = 0; i < 50; ++i) client.sendText(R"({"type":"hand","raised":true})");
  EXPECT_NE(client.waitForText("too-many").find("\"final\":true"), std::string::npos);
  EXPECT_TRUE(client.waitForClose());
  EXPECT_EQ(client.closeCode(), 1008);
  EXPECT_LE(conference.messages.size(), 10u) << "twice the rate at once";
  EXPECT_TRUE(allGone());
}

TEST_F(WebSocketTest, AFloodOfPingsEndsTheConnection) {
  options.session.closeWithin = 100ms;
  serve();
  RawClient client(port);
  join(client);
  for (int i = 0; i < 200; ++i) client.sendFrame(9, "x");
  EXPECT_TRUE(client.waitForClose());
  EXPECT_EQ(client.closeCode(), 1008);
}

// The server's memory must not grow for a client that takes nothing. What the kernel holds does not count.
TEST_F(WebSocketTest, WhoDoesNotReadIsDropped) {
  options.session.maxUnsentBytes = 256 << 10;
  options.session.socketSendBuffer = 16 << 10;
  serve();
  RawClient client(port, 8 << 10);
  join(client);
  auto* session = dynamic_cast<signaling::WebSocketSession*>(conference.link);
  ASSERT_NE(session, nullptr);
  const std::string text(10'000, 'x');
  std::size_t largest = 0;
  for (int i = 0; i < 200 && counters.droppedConnections.empty(); ++i) {
    conference.link->send(text);
    largest = std::max(largest, session->unsentBytes());
    g_main_context_iteration(nullptr, FALSE);
  }
  EXPECT_EQ(counters.droppedConnections["unread"], 1u);
  EXPECT_LE(largest, (256u << 10) + text.size());
  EXPECT_TRUE(allGone());
  EXPECT_EQ(conference.seats, 0);
}

TEST_F(WebSocketTest, WhoReadsIsNotDroppedHoweverMuchIsSent) {
  options.session.maxUnsentBytes = 256 << 10;
  serve();
  RawClient client(port);
  join(client);
  const std::string text(10'000, 'x');
  std::size_t got = 0;
  for (int i = 0; i < 500; ++i) {
    conference.link->send(text);
    runUntil([&] {
      client.read();
      for (const std::string& one : client.takeTexts()) got += one.size();
      return got >= (static_cast<std::size_t>(i) + 1) * text.size();
    });
  }
  EXPECT_EQ(got, 500 * text.size());
  EXPECT_TRUE(counters.droppedConnections.empty());
}

TEST_F(WebSocketTest, WhoAnswersNoPingIsDropped) {
  options.session.pingEvery = 1s;
  options.session.pongWithin = 1s;  // the timer of the pings is up to 0.75 s late (g_timeout_add_seconds)
  serve();
  RawClient silent(port), alive(port);
  silent.answerPings = false;
  join(silent);
  join(alive);
  EXPECT_TRUE(runUntil([&] {
    alive.read();
    return !silent.read();
  }));
  EXPECT_GE(silent.pings(), 1);
  EXPECT_LT(conference.link->silence(), 2s) << "of the one that lives";
  EXPECT_EQ(counters.droppedConnections["silent"], 1u);
  runUntil([] { return false; }, 500ms);
  EXPECT_TRUE(alive.read());
}

TEST_F(WebSocketTest, ByeClosesInOrder) {
  serve();
  RawClient client(port);
  join(client);
  conference.link->close({ErrorCode::roomEnded, "over", false, 0});
  EXPECT_NE(client.waitForText("\"bye\"").find("room-ended"), std::string::npos);
  EXPECT_TRUE(runUntil([&] { return !client.read() || client.closeCode() != 0; }));
  EXPECT_EQ(client.closeCode(), 1000);
  client.sendFrame(8, std::string("\x03\xE8", 2));
  EXPECT_TRUE(allGone());
  EXPECT_TRUE(counters.droppedConnections.empty());
}

TEST_F(WebSocketTest, AVanishedClientFreesItsSeatAtOnce) {
  serve();
  auto client = std::make_unique<RawClient>(port);
  join(*client);
  client.reset();
  EXPECT_TRUE(runUntil([&] { return conference.seats == 0; }, 2s));
}

TEST_F(WebSocketTest, GoodbyeReachesAlsoWhoHasNotJoined) {
  serve();
  RawClient waiting(port), inside(port);
  connect(waiting);
  join(inside);
  server_->sayGoodbye({ErrorCode::shuttingDown, "down", true, 1500});
  for (RawClient* client : {&waiting, &inside})
    EXPECT_NE(client->waitForText("\"bye\"").find("shutting-down"), std::string::npos);
}

TEST_F(WebSocketTest, IdleConnectionsAreLimitedPerAddress) {
  options.connectionsPerAddress = 3;
  serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(std::make_unique<RawClient>(port));
  const auto closed = [&] {
    return std::count_if(clients.begin(), clients.end(), [](const auto& client) { return !client->read(); });
  };
  EXPECT_TRUE(runUntil([&] { return closed() == 3; })) << closed();
  clients.clear();
  EXPECT_TRUE(runUntil([&] { return RawClient(port).upgrade("here") == 101; }))
      << "those who went do not count";
}

TEST_F(WebSocketTest, SlowRequestsAreCutOff) {
  options.exchangeWithin = 100ms;
  serve();
  RawClient silent(port), slow(port), websocket(port);
  join(websocket);
  slow.write("GET / HTTP/1.1\r\nHost: x\r\n");
  EXPECT_TRUE(silent.waitForClose());
  EXPECT_TRUE(slow.waitForClose());
  EXPECT_TRUE(websocket.read()) << "an upgraded connection is not a request any more";
}

}  // namespace
}  // namespace tessera::test
