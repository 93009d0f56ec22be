// SPDX-License-Identifier: Apache-2.0
// Recordings, live outputs and sources by HTTP, and the files of recordings and of HLS.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/main_loop.h"
#include "fake_conference.h"
#include "raw_client.h"
#include "signaling/http_server.h"

namespace tessera::test {
namespace {

using namespace std::chrono_literals;

std::string patternOf(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (i / 7 + i) % 26);
  return text;
}

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    bindMainThread();
    std::string pattern = testing::TempDir() + "tessera-files-XXXXXX";
    folder = mkdtemp(pattern.data());
    std::filesystem::create_directory(folder + "/hls");
    content = patternOf(1000);
    write("film.mp4", content);
    write("film.jpg", "picture");
    write("hls/index.m3u8", "#EXTM3U\n");
    write("hls/00000001.ts", "segment");
    write("hls/secret.txt", "secret");
    conference.hls = folder + "/hls";
    wire::RecordingInfo film{{"rec1"}, {"here"}, wire::RecordingState::complete, 1};
    film.file = "film.mp4";
    film.tracks = {"film-ada.ogg"};
    write("film-ada.ogg", "track");
    conference.recordings = {film, {{"rec2"}, {"here"}}};
    conference.files = {{"rec1/file", folder + "/film.mp4"},
                        {"rec1/poster", folder + "/film.jpg"},
                        {"rec1/timeline", folder + "/gone.json"},
                        {"rec1/film-ada.ogg", folder + "/film-ada.ogg"}};
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder);
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder + "/" + name, std::ios::binary) << text;
  }

  void serve(const std::string& token = "", std::chrono::milliseconds within = 30s,
             std::chrono::milliseconds restWithin = 30s) {
    options.apiToken = token;
    options.linkKey = "key";
    options.exchangeWithin = within;
    options.restWithin = restWithin;
    server_ = std::make_unique<signaling::HttpServer>(options, conference, counters);
    ASSERT_TRUE(server_->listen({}).has_value());
    const std::string url = server_->urls().at(0);
    port = std::stoi(url.substr(url.rfind(':') + 1));
  }

  std::string request(const std::string& method, const std::string& path, const std::string& headers = "",
                      const std::string& body = "", const std::string& host = "localhost:8080") {
    RawClient client(port);
    const std::string length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
    client.write(
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}{}\r\n{}", method, path, host, length, headers, body));
    client.waitForClose();
    return client.received();
  }
  std::string get(const std::string& path, const std::string& headers = "") {
    return request("GET", path, headers);
  }
  static void stall(std::chrono::milliseconds time) {
    const auto begin = std::chrono::steady_clock::now();
    runUntil([&] { return std::chrono::steady_clock::now() - begin > time; });
  }
  static int statusOf(const std::string& response) {
    return response.size() > 12 ? std::atoi(response.c_str() + 9) : 0;
  }
  static std::string bodyOf(const std::string& response) {
    const auto at = response.find("\r\n\r\n");
    return at == std::string::npos ? "" : response.substr(at + 4);
  }
  static std::string headerOf(const std::string& response, const std::string& name) {
    const auto at = response.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 4;
    return response.substr(begin, response.find("\r\n", begin) - begin);
  }
  // A path in the JSON of a response.
  static std::string linkIn(const std::string& response, const std::string& beginning) {
    const auto at = response.find("\"" + beginning);
    if (at == std::string::npos) return "";
    std::string link = response.substr(at + 1, response.find('"', at + 1) - at - 1);
    for (auto slash = link.find("\\/"); slash != std::string::npos; slash = link.find("\\/"))
      link.erase(slash, 1);
    return link;
  }

  static signaling::HttpServer::Options loopbackOptions() {
    signaling::HttpServer::Options result;
    result.listen.addresses = {"127.0.0.1:0"};
    return result;
  }

  signaling::HttpServer::Options options = loopbackOptions();
  FakeConference conference;
  signaling::Counters counters;
  std::unique_ptr<signaling::HttpServer> server_;
  std::string folder, content;
  int port = 0;
};

const std::string kFile = "/v1/recordings/rec1/file";
const std::string kToken = "Authorization: Bearer s3cret\r\n";

TEST_F(FilesTest, AFileComesWhole) {
  serve();
  const std::string response = get(kFile);
  EXPECT_EQ(statusOf(response), 200);
  EXPECT_EQ(bodyOf(response), content);
  EXPECT_EQ(headerOf(response, "Content-Type"), "video/mp4");
  EXPECT_EQ(headerOf(response, "Content-Length"), "1000");
  EXPECT_EQ(headerOf(response, "Accept-Ranges"), "bytes");
  EXPECT_EQ(headerOf(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(headerOf(response, "Content-Disposition"), "");
  EXPECT_NE(headerOf(response, "Last-Modified").find(" GMT"), std::string::npos);
  EXPECT_EQ(bodyOf(get("/v1/recordings/rec1/poster")), "picture");
  EXPECT_EQ(bodyOf(get("/v1/recordings/rec1/tracks/film-ada.ogg")), "track");
  EXPECT_EQ(headerOf(get(kFile + "?download=1"), "Content-Disposition"), "attachment; filename=\"film.mp4\"");
}

TEST_F(FilesTest, HeadTellsTheSame) {
  serve();
  const std::string response = request("HEAD", kFile);
  EXPECT_EQ(statusOf(response), 200);
  EXPECT_EQ(headerOf(response, "Content-Length"), "1000");
  EXPECT_EQ(bodyOf(response), "");
  EXPECT_EQ(headerOf(request("HEAD", kFile, "Range: bytes=0-9\r\n"), "Content-Length"), "10");
}

TEST_F(FilesTest, ALargeOneComesInPieces) {
  content = patternOf(3 * signaling::FileServer::kPieceBytes + 17);
  write("film.mp4", content);
  serve();
  EXPECT_TRUE(bodyOf(get(kFile)) == content);
  const std::string tail = get(kFile, fmt::format("Range: bytes={}-\r\n", content.size() - 200'000));
  EXPECT_EQ(statusOf(tail), 206);
  EXPECT_TRUE(bodyOf(tail) == content.substr(content.size() - 200'000));
}

TEST_F(FilesTest, AnEmptyFileIsServed) {
  write("film.mp4", "");
  serve();
  const std::string response = get(kFile);
  EXPECT_EQ(statusOf(response), 200);
  EXPECT_EQ(headerOf(response, "Content-Length"), "0");
}

TEST_F(FilesTest, Ranges) {
  serve();
  const std::string middle = get(kFile, "Range: bytes=10-19\r\n");
  EXPECT_EQ(statusOf(middle), 206);
  EXPECT_EQ(bodyOf(middle), content.substr(10, 10));
  EXPECT_EQ(headerOf(middle, "Content-Range"), "bytes 10-19/1000");
  EXPECT_EQ(headerOf(middle, "Content-Length"), "10");
  EXPECT_EQ(bodyOf(get(kFile, "Range: bytes=-5\r\n")), content.substr(995));
  EXPECT_EQ(headerOf(get(kFile, "Range: bytes=990-5000\r\n"), "Content-Range"), "bytes 990-999/1000");
  const std::string outside = get(kFile, "Range: bytes=1000-\r\n");
  EXPECT_EQ(statusOf(outside), 416);
  EXPECT_EQ(headerOf(outside, "Content-Range"), "bytes */1000");
  for (const char* range : {"bytes=0-1,5-6", "bytes=9-1", "bytes=x-", "items=0-1"}) {
    const std::string whole = get(kFile, fmt::format("Range: {}\r\n", range));
    EXPECT_EQ(statusOf(whole), 200) << range;
    EXPECT_EQ(bodyOf(whole), content) << range;
  }
}

TEST_F(FilesTest, ConditionalRequests) {
  serve();
  const std::string first = get(kFile);
  const std::string tag = headerOf(first, "ETag"), date = headerOf(first, "Last-Modified");
  EXPECT_EQ(statusOf(get(kFile, "If-None-Match: \"other\", " + tag + "\r\n")), 304);
  EXPECT_EQ(statusOf(get(kFile, "If-Modified-Since: " + date + "\r\n")), 304);
  EXPECT_EQ(statusOf(get(kFile, "If-None-Match: \"other\"\r\n")), 200);
  const std::string range = "Range: bytes=0-9\r\n";
  EXPECT_EQ(statusOf(get(kFile, range + "If-Range: " + tag + "\r\n")), 206);
  EXPECT_EQ(statusOf(get(kFile, range + "If-Range: " + date + "\r\n")), 206);
  EXPECT_EQ(statusOf(get(kFile, range + "If-Range: \"other\"\r\n")), 200);
  write("film.mp4", "other content");
  EXPECT_EQ(statusOf(get(kFile, "If-None-Match: " + tag + "\r\n")), 200) << "another file";
}

TEST_F(FilesTest, WhatIsNotThere) {
  serve();
  for (const char* path :
       {"/v1/recordings/rec9/file", "/v1/recordings/rec2/file", "/v1/recordings/rec1/timeline",
        "/v1/recordings/rec1/other", "/v1/recordings/rec1/tracks/other.ogg",
        "/v1/recordings/rec1/tracks/file", "/v1/recordings/rec1/tracks", "/v1/recordings/REC1/file",
        "/v1/recordings/rec1/file/more"})
    EXPECT_EQ(statusOf(get(path)), 404) << path;
  EXPECT_EQ(statusOf(request("PUT", kFile, "Content-Length: 0\r\n")), 405);
  std::filesystem::create_symlink("film.mp4", folder + "/link.mp4");
  std::filesystem::create_directory(folder + "/folder");
  for (const char* name : {"/link.mp4", "/folder", "/gone.mp4"}) {
    conference.files["rec1/file"] = folder + name;
    EXPECT_EQ(statusOf(get(kFile)), 404) << name;
  }
}

TEST_F(FilesTest, NoPathLeadsElsewhere) {
  serve();
  write("hls/.hidden.ts", "hidden");
  for (const char* path :
       {"/hls/here/../film.mp4", "/hls/here/%2e%2e/film.mp4", "/hls/here/..%2ffilm.mp4",
        "/hls/here/%2e%2e%2ffilm.mp4", "/hls/here/secret.txt", "/hls/here/.hidden.ts", "/hls/here/",
        "/hls/here", "/hls", "/hls/here/a/index.m3u8", "/hls/../here/film.mp4", "/hls/here/index.m3u8%00.ts",
        "/hls/here/index.m3u8/", "/hls/none/index.m3u8", "/hls/b%20d/index.m3u8", "/hls/here/none.ts",
        "/hls/here/index.m3u8.tmp", "/v1/recordings/rec1/tracks/..%2ffilm.mp4",
        "/v1/recordings/rec1/tracks/%2e%2e/film.mp4"}) {
    const std::string response = get(path);
    const bool playlist = std::string_view(path) == "/hls/here/index.m3u8/";  // empty segments do not count
    const int status = statusOf(response);
    EXPECT_TRUE(playlist ? status == 200 : status == 400 || status == 404) << path << ": " << status;
    EXPECT_EQ(response.find(content), std::string::npos) << path;
  }
}

TEST_F(FilesTest, HlsIsOpenToAll) {
  serve("s3cret");
  const std::string playlist = get("/hls/here/index.m3u8", "Origin: https://player.example.org\r\n");
  EXPECT_EQ(statusOf(playlist), 200);
  EXPECT_EQ(bodyOf(playlist), "#EXTM3U\n");
  EXPECT_EQ(headerOf(playlist, "Content-Type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(headerOf(playlist, "Cache-Control"), "no-cache");
  EXPECT_EQ(headerOf(playlist, "Access-Control-Allow-Origin"), "*");
  const std::string segment = get("/hls/here/00000001.ts");
  EXPECT_EQ(bodyOf(segment), "segment");
  EXPECT_EQ(headerOf(segment, "Content-Type"), "video/mp2t");
  EXPECT_NE(headerOf(segment, "Cache-Control").find("max-age"), std::string::npos);
  EXPECT_EQ(statusOf(request("POST", "/hls/here/index.m3u8", "Content-Length: 0\r\n")), 405);
  EXPECT_EQ(statusOf(request("DELETE", "/hls/here/index.m3u8")), 405);
}

TEST_F(FilesTest, TheTokenOrALinkIsNeeded) {
  serve("s3cret");
  for (const char* path : {"/v1/recordings", "/v1/recordings/rec1", "/v1/recordings/rec1/file",
                           "/v1/rooms/here/outputs", "/v1/rooms/here/sources"}) {
    EXPECT_EQ(statusOf(get(path)), 401) << path;
    EXPECT_EQ(statusOf(get(path, kToken)), 200) << path;
  }
  const std::string list = get("/v1/recordings", kToken);
  const std::string link = linkIn(list, kFile + "?");
  ASSERT_NE(link, "") << list;
  EXPECT_EQ(bodyOf(get(link)), content);
  EXPECT_EQ(statusOf(get(link + "&download=1")), 200);
  EXPECT_EQ(bodyOf(get(linkIn(list, "/v1/recordings/rec1/tracks/film-ada.ogg?"))), "track");
  EXPECT_EQ(list.find("/v1/recordings/rec2/file"), std::string::npos) << "not complete";
  const std::string query = link.substr(link.find('?'));
  EXPECT_EQ(statusOf(get("/v1/recordings/rec1/poster" + query)), 401) << "a link is of one file";
  EXPECT_EQ(statusOf(get("/v1/recordings/rec1" + query)), 401);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/recordings/rec1" + query)), 401);
  EXPECT_EQ(statusOf(get(link.substr(0, link.size() - 1))), 401);
  EXPECT_EQ(statusOf(get(kFile + "?signature=")), 401);
  EXPECT_EQ(statusOf(get(link + "&signature=")), 401) << "there twice";
  EXPECT_TRUE(conference.calls.empty());
}

TEST_F(FilesTest, WithoutATokenThisMachineAloneMay) {
  serve();
  const std::string path = "/v1/recordings";
  const auto status = [&](const std::string& host, const std::string& headers = "") {
    return statusOf(request("GET", path, headers, "", host));
  };
  for (const char* host :
       {"localhost", "localhost:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "[::1]"})
    EXPECT_EQ(status(host), 200) << host;
  for (const char* host :
       {"meet.example.org", "localhost.example.org", "192.0.2.1:8080", "[2001:db8::1]", "x", ""})
    EXPECT_EQ(status(host), 403) << host;
  for (const char* header :
       {"X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy", "X-Real-IP: 127.0.0.1",
        "X-Forwarded-Proto: https", "X-Forwarded-Host: localhost", "Origin: https://evil.example.org",
        "Origin: null"})
    EXPECT_EQ(status("localhost:8080", std::string(header) + "\r\n"), 403) << header;
  EXPECT_EQ(status("localhost:8080", "Origin: http://localhost:8080\r\n"), 200) << "its own page";
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/recordings", "Via: 1.1 proxy\r\n", "{}")), 403);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms", "", R"({"room":"new"})")), 403) << "that needs a token";
  EXPECT_TRUE(conference.calls.empty());
}

// Who comes through a proxy that adds no header looks like a program of this machine.
TEST_F(FilesTest, WithoutATokenNobodyMayOnceTheServerIsForOthers) {
  const auto status = [&](const config::Listen& listen, const std::string& token = "",
                          const std::string& headers = "") {
    options.listen = listen;
    serve(token);
    return statusOf(get("/v1/recordings", headers));
  };
  config::Listen local;
  local.addresses = {"127.0.0.1:0", "localhost:0"};
  EXPECT_EQ(status(local), 200);
  config::Listen network = local, proxied = local, foreign = local;
  network.addresses = {"127.0.0.1:0", "0.0.0.0:0"};
  proxied.trustForwardedFor = true;
  foreign.allowedOrigins = {"https://meet.example.org"};
  for (const config::Listen& listen : {network, proxied, foreign}) {
    EXPECT_EQ(status(listen), 403);
    EXPECT_EQ(status(listen, "s3cret"), 401);
    EXPECT_EQ(status(listen, "s3cret", kToken), 200);
  }
}

TEST_F(FilesTest, TheListComesInPages) {
  conference.recordings.clear();
  for (int i = 0; i < 1201; ++i) conference.recordings.push_back({{fmt::format("r{}", i)}, {"here"}});
  serve();
  // How many there are, and the first and the last of them.
  const auto page = [&](const std::string& query) {
    const std::string response = get("/v1/recordings" + query);
    if (const int status = statusOf(response); status != 200) return fmt::format("{}", status);
    std::vector<std::string> ids;
    const std::string key = "\"id\":\"";
    for (auto at = response.find(key); at != std::string::npos; at = response.find(key, at + 1))
      ids.push_back(response.substr(at + key.size(), response.find('"', at + key.size()) - at - key.size()));
    return ids.empty() ? "none" : fmt::format("{} {} {}", ids.size(), ids.front(), ids.back());
  };
  EXPECT_EQ(page(""), "200 r0 r199");
  EXPECT_EQ(page("?limit=1"), "1 r0 r0");
  EXPECT_EQ(page("?limit=1000"), "1000 r0 r999");
  EXPECT_EQ(page("?before=r199"), "200 r200 r399");
  EXPECT_EQ(page("?limit=1000&before=r999"), "201 r1000 r1200");
  EXPECT_EQ(page("?before=r1200"), "none");
  EXPECT_EQ(page("?before=r9999"), "404");
  EXPECT_EQ(page("?before="), "404");
  for (const char* limit : {"0", "1001", "-1", "x", "", "5x", "1&limit=2", "99999999999999999999"})
    EXPECT_EQ(page(std::string("?limit=") + limit), "400") << limit;
}

TEST_F(FilesTest, TheApiStartsAndStops) {
  serve();
  const std::string started = request("POST", "/v1/rooms/Here/recordings", "", R"({"format":"ogg"})");
  EXPECT_EQ(statusOf(started), 201) << started;
  EXPECT_EQ(headerOf(started, "Location"), "/v1/recordings/rec1");
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/recordings")), 201) << "no body";
  for (const char* action : {"pause", "resume", "stop"})
    EXPECT_EQ(statusOf(request("POST", fmt::format("/v1/rooms/here/recordings/rec1/{}", action))), 204);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/recordings/rec1")), 204);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/outputs", "", R"({"kind":"hls"})")), 201);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/here/outputs/o1")), 204);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/sources", "", R"({"name":"a","url":"rtsp://h/1"})")),
            201);
  EXPECT_EQ(statusOf(request("DELETE", "/v1/rooms/here/sources/s1")), 204);
  EXPECT_EQ(conference.calls,
            (std::vector<std::string>{"record here", "record here", "recording rec1 0", "recording rec1 1",
                                      "recording rec1 2", "delete rec1", "output here ", "no output o1",
                                      "source here rtsp://h/1", "no source s1"}));
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/recordings", "", "[")), 400);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/recordings/rec1/shred")), 404);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/recordings/REC/stop")), 404);
  EXPECT_EQ(statusOf(get("/v1/rooms/here/recordings")), 405);
  EXPECT_EQ(statusOf(request("PATCH", "/v1/rooms/here/outputs", "", "{}")), 405);
  EXPECT_EQ(statusOf(request("POST", "/v1/rooms/here/outputs", "", std::string(20'000, 'x'))), 413);
  EXPECT_EQ(statusOf(request("POST", "/v1/recordings", "", "{}")), 405);
  EXPECT_EQ(conference.calls.size(), 10u);
}

// The limit of an exchange is for who stalls, not for whoever takes long.
TEST_F(FilesTest, ALongDownloadGoesOnWhileItProgresses) {
  content = patternOf(32 << 20);
  write("film.mp4", content);
  serve("", 1s, 1s);
  RawClient client(port, 4096);
  client.write("GET " + kFile + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  auto next = begin;
  // What is in the sockets each 150 ms for three times as long as the limit, and then all of it.
  EXPECT_TRUE(runUntil(
      [&] {
        const auto now = std::chrono::steady_clock::now();
        if (now >= next || now - begin > 3s) {
          client.read();
          next = now + 150ms;
        }
        return client.closed();
      },
      60s));
  EXPECT_GT(std::chrono::steady_clock::now() - begin, 1s) << "it was not long";
  EXPECT_TRUE(bodyOf(client.received()) == content) << client.received().size();
}

TEST_F(FilesTest, AStalledDownloadIsCut) {
  write("film.mp4", patternOf(64 << 20));
  serve("", 10s, 300ms);
  RawClient client(port, 4096);
  client.write("GET " + kFile + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  stall(1500ms);
  client.waitForClose();  // reads what is left in the sockets
  EXPECT_TRUE(client.closed());
  EXPECT_LT(client.received().size(), 60u << 20);
}

// HLS is open to anybody, and no player stops within a segment.
TEST_F(FilesTest, APausedPlayerIsWaitedForLongerButNotForHls) {
  content = patternOf(32 << 20);
  write("film.mp4", content);
  write("hls/00000002.ts", content);
  serve("", 300ms, 60s);
  RawClient player(port, 4096), watcher(port, 4096);
  player.write("GET " + kFile + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  watcher.write("GET /hls/here/00000002.ts HTTP/1.1\r\nHost: localhost\r\n\r\n");
  stall(1500ms);
  EXPECT_TRUE(runUntil([&] { return !player.read(); }, 60s));
  EXPECT_TRUE(bodyOf(player.received()) == content) << player.received().size();
  watcher.waitForClose();
  EXPECT_TRUE(watcher.closed());
  EXPECT_LT(watcher.received().size(), content.size());
}

TEST_F(FilesTest, SoManyFilesAreSentAtATime) {
  write("film.mp4", patternOf(32 << 20));
  options.maxTransfers = 2;
  serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<RawClient>(port, 4096));
    clients.back()->write("GET " + kFile + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_TRUE(runUntil([&] {
      clients.back()->read();
      return !clients.back()->received().empty();
    }));
  }
  const std::string refused = get("/v1/recordings/rec1/poster");
  EXPECT_EQ(statusOf(refused), 503);
  EXPECT_NE(bodyOf(refused).find("overloaded"), std::string::npos) << refused;
  EXPECT_NE(headerOf(refused, "Retry-After"), "");
  EXPECT_EQ(statusOf(get("/v1/recordings")), 200) << "that is no file";
  clients.pop_back();
  EXPECT_TRUE(runUntil([&] { return statusOf(get("/v1/recordings/rec1/poster")) == 200; }));
}

TEST_F(FilesTest, AFileThatShrinksEndsTheConnection) {
  write("film.mp4", patternOf(16 << 20));
  serve();
  RawClient client(port, 4096);
  client.write("GET " + kFile + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(runUntil([&] {
    client.read();
    return client.received().size() > 1000;
  }));
  std::filesystem::resize_file(folder + "/film.mp4", 0);
  client.waitForClose();
  EXPECT_TRUE(client.closed());
  EXPECT_LT(client.received().size(), 16u << 20);
  EXPECT_EQ(statusOf(get("/healthz")), 200);
}

TEST_F(FilesTest, TheServerMayEndMeanwhile) {
  write("film.mp4", patternOf(16 << 20));
  serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(port, 4096));
    clients.back()->write("GET " + kFile + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  ASSERT_TRUE(runUntil([&] {
    clients.back()->read();
    return !clients.back()->received().empty();
  }));
  clients.front().reset();  // one of them leaves before
  server_.reset();
  EXPECT_TRUE(clients.back()->waitForClose());
}

TEST_F(FilesTest, ManyWatchAtATime) {
  const std::string segment = patternOf(600'000);
  write("hls/00000002.ts", segment);
  serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 80; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->write("GET /hls/here/00000002.ts HTTP/1.1\r\nHost: meet.example.org\r\n\r\n");
  }
  for (const auto& client : clients) {
    client->waitForClose();
    EXPECT_TRUE(bodyOf(client->received()) == segment) << client->received().size();
  }
}

}  // namespace
}  // namespace tessera::test
