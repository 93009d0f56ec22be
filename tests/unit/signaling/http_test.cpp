// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "base/main_loop.h"
#include "fake_conference.h"
#include "raw_client.h"
#include "signaling/http_server.h"

namespace tessera::test {
namespace {

class HttpTest : public testing::Test {
 protected:
  void SetUp() override { bindMainThread(); }

  void serve(const std::string& token = "") {
    signaling::HttpServer::Options options;
    options.listen.addresses = {"127.0.0.1:0"};
    options.apiToken = token;
    server_ = std::make_unique<signaling::HttpServer>(options, conference, counters);
    ASSERT_TRUE(server_->listen({}).has_value());
    const std::string url = server_->urls().at(0);
    port = std::stoi(url.substr(url.rfind(':') + 1));
  }

  // The whole response.
  std::string request(const std::string& method, const std::string& path, const std::string& headers = "",
                      const std::string& body = "") {
    RawClient client(port);
    const std::string length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
    client.write(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}{}\r\n{}", method, path,
                             length, headers, body));
    client.waitForClose();
    return client.received();
  }
  static int statusOf(const std::string& response) {
    return response.size() > 12 ? std::atoi(response.c_str() + 9) : 0;
  }

  FakeConference conference;
  signaling::Counters counters;
  std::unique_ptr<signaling::HttpServer> server_;
  int port = 0;
};

const std::string kAuthorized = "Authorization: Bearer s3cret\r\n";

TEST_F(HttpTest, HealthAndMetrics) {
  serve();
  EXPECT_EQ(statusOf(request("GET", "/healthz")), 200);
  EXPECT_EQ(statusOf(request("GET", "/readyz")), 200);
  EXPECT_NE(request("GET", "/metrics").find("tessera_up 1"), std::string::npos);
  EXPECT_EQ(statusOf(request("POST", "/metrics", "Content-Length: 0\r\n")), 405);
}

TEST_F(HttpTest, SecurityHeadersAreEverywhere) {
  serve();
  for (const char* path : {"/healthz", "/nothing", "/v1/rooms"}) {
    const std::string response = request("GET", path);
    EXPECT_NE(response.find("Content-Security-Policy: default-src 'self'"), std::string::npos) << path;
    EXPECT_NE(response.find("X-Content-Type-Options: nosniff"), std::string::npos) << path;
    EXPECT_NE(response.find("camera=(self)"), std::string::npos) << path;
    EXPECT_EQ(response.find("unsafe-inline"), std::string::npos) << path;
  }
}

TEST_F(HttpTest, ErrorsAreJson) {
  serve();
  const std::string response = request("GET", "/v1/rooms/nowhere");
  EXPECT_EQ(statusOf(response), 404);
  EXPECT_NE(response.find("application/json"), std::string::npos);
  EXPECT_NE(response.find(R"("code":"not-found")"), std::string::npos);
  EXPECT_EQ(statusOf(request("GET", "/v1/rooms/bad%20name")), 400);
  EXPECT_EQ(statusOf(request("GET", "/v1/rooms/here")), 200);
  EXPECT_EQ(statusOf(request("GET", "/v1/rooms/here/and/more/still")), 404);
  EXPECT_EQ(statusOf(request("PUT", "/v1/rooms/here", "Content-Length: 0\r\n")), 405);
  EXPECT_EQ(statusOf(request("GET", "/static/page/../../../etc/passwd")), 404);
}

TEST_F(HttpTest, WithoutATokenChangingIsOff) {
  serve();
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms", kAuthorized, R"({"room":"new"})")), 403);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/here", kAuthorized)), 403);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/here", "Authorization: Bearer \r\n")), 403);
  EXPECT_TRUE(conference.calls.empty());
}

TEST_F(HttpTest, TheTokenIsChecked) {
  serve("s3cret");
  EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/here")), 401);
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/here", "", R"({"layout":"grid"})")), 401);
  for (const char* wrong : {"Authorization: Bearer s3cre\r\n", "Authorization: Bearer s3cret2\r\n",
                            "Authorization: Bearer \r\n", "Authorization: Basic s3cret\r\n"})
    EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/here", wrong)), 401) << wrong;
  EXPECT_TRUE(conference.calls.empty());
}

TEST_F(HttpTest, TheApiChanges) {
  serve("s3cret");
  const std::string created = request("POST", "/v1/rooms", kAuthorized, R"({"room":"new"})");
  EXPECT_EQ(statusOf(created), 201) << created;
  EXPECT_NE(created.find("Location: /v1/rooms/new"), std::string::npos);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/new", kAuthorized)), 204);
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/new/participants/p1", kAuthorized,
                             R"({"muted":true,"maxHeight":360})")),
            204);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/new/participants/p1", kAuthorized)), 204);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms", kAuthorized, R"({"room":"new","template":"music"})")), 201);
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/new", kAuthorized, R"({"layout":"speaker"})")), 204);
  EXPECT_EQ(conference.calls,
            (std::vector<std::string>{"create new", "end new", "change p1 muted 360", "remove p1",
                                      "create new as music", "layout new chosen"}));
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/new", kAuthorized, R"({"layout":"mosaic"})")), 400);
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/new", kAuthorized, "{}")), 400);
  EXPECT_EQ(statusOf(request("PUT", "/v1/rooms/new", kAuthorized, R"({"layout":"grid"})")), 405);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms", kAuthorized, "{")), 400);
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/new/participants/p1", kAuthorized, R"({"muted":1})")), 400);
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/new/participants/p1", kAuthorized, R"({"maxHeight":-1})")),
            400);
}

TEST_F(HttpTest, BodiesHaveALimit) {
  serve("s3cret");
  const std::string large(20'000, 'x');
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms", kAuthorized, large)), 413);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms",
                             kAuthorized + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")),
            411);
  EXPECT_TRUE(conference.calls.empty());
}

// libsoup forgot the descriptors of kept-alive connections that the client ended.
TEST_F(HttpTest, NoDescriptorOutlivesItsRequest) {
  serve();
  const auto openFiles = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  request("GET", "/healthz");
  const auto before = openFiles();
  for (const char* path : {"/healthz", "/nothing", "/v1/rooms", "/a/%2e%2e/b", "*", "/v1/rooms/here/ws"}) {
    RawClient client(port);
    client.write(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
    EXPECT_TRUE(client.waitForClose()) << "closed by the server though not asked to: " << path;
    EXPECT_NE(client.received().find("Connection: close"), std::string::npos) << path;
  }
  EXPECT_TRUE(runUntil([&] { return openFiles() <= before; })) << openFiles() - before;
}

TEST_F(HttpTest, ListeningTwiceOnOneAddressNamesIt) {
  serve();
  signaling::HttpServer::Options options;
  options.listen.addresses = {fmt::format("127.0.0.1:{}", port)};
  signaling::HttpServer second(options, conference, counters);
  const auto listening = second.listen({});
  ASSERT_FALSE(listening);
  EXPECT_NE(listening.error().text.find(options.listen.addresses[0]), std::string::npos)
      << listening.error().text;
}

}  // namespace
}  // namespace tessera::test
