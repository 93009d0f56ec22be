// SPDX-License-Identifier: Apache-2.0
#include "room/url_rules.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tessera {
namespace {

std::string canonical(std::string_view text) {
  const auto url = parseUrl(text);
  return url ? url->text() : "(" + url.error().text + ")";
}

TEST(Url, IsReadIntoItsParts) {
  const Url url = parseUrl("rtsp://viewer:s3cret@cam.example.org:8554/a/b?token=1&x=/../@:").value();
  EXPECT_EQ(url.scheme, "rtsp");
  EXPECT_EQ(url.userInfo, "viewer:s3cret");
  EXPECT_EQ(url.host, "cam.example.org");
  EXPECT_EQ(url.port, 8554);
  EXPECT_EQ(url.path, "/a/b");
  EXPECT_EQ(url.query, "token=1&x=/../@:");
  EXPECT_EQ(parseUrl("rtmps://h/a/b").value().effectivePort(), 443);
}

TEST(Url, HasOneSpelling) {
  EXPECT_EQ(canonical("RTMP://Live.Example.ORG./App/Key"), "rtmp://live.example.org/App/Key");
  EXPECT_EQ(canonical("rtsp://[2001:DB8:0::1]:554/a"), "rtsp://[2001:db8::1]:554/a");
  EXPECT_EQ(canonical("rtsp://[::ffff:127.0.0.1]/a"), "rtsp://127.0.0.1/a");
  EXPECT_EQ(canonical("rtsp://[::FFFF:7f00:1]/a"), "rtsp://127.0.0.1/a");
  EXPECT_EQ(canonical("rtsp://192.0.2.1/a?b"), "rtsp://192.0.2.1/a?b");
}

TEST(Url, IsRefusedWhenItCouldBeReadInTwoWays) {
  for (const char* text : {"",
                           "rtmp",
                           "rtmp:",
                           "rtmp:/host/a",
                           "//host/a",
                           "rtmp://",
                           "rtmp:///a",
                           "rtmp://:80/a",
                           "1rtmp://h/a",
                           "rt mp://h/a",
                           "rtmp://good.example@evil.example@x/a",
                           "rtmp://a[b@h/c",
                           "rtmp://h\\@evil/a",
                           "rtmp://h/a\\..\\b",
                           "rtmp://h/a/../b",
                           "rtmp://h/a/./b",
                           "rtmp://h/a/%2e%2e/b",
                           "rtmp://h/a/.%2E/b",
                           "rtmp://h/a%2fb",
                           "rtmp://h/a%5Cb",
                           "rtmp://h/a%00b",
                           "rtmp://h/a%0ab",
                           "rtmp://h/%",
                           "rtmp://h/%4",
                           "rtmp://h/%zz",
                           "rtmp://h/%252e",
                           "rtmp://h/a#b",
                           "rtmp://h/a b",
                           "rtmp://h/a\tb",
                           "rtmp://h/a\"b",
                           "rtmp://h/\xc3\xa4",
                           "rtmp://\xc3\xa4/a",
                           "rtmp://h%61/a",
                           "rtmp://h:/a",
                           "rtmp://h:0/a",
                           "rtmp://h:01/a",
                           "rtmp://h:65536/a",
                           "rtmp://h:1:2/a",
                           "rtmp://h:1x/a",
                           "rtmp://-h/a",
                           "rtmp://h-/a",
                           "rtmp://h../a",
                           "rtmp://.h/a",
                           "rtmp://./a",
                           "rtmp://h*/a",
                           "rtmp://2130706433/a",
                           "rtmp://127.1/a",
                           "rtmp://0x7f.0.0.1/a",
                           "rtmp://0x7f000001/a",
                           "rtmp://0177.0.0.1/a",
                           "rtmp://127.0.0.1.2/a",
                           "rtmp://example.123/a",
                           "rtmp://127.0.0.256/a",
                           "rtmp://1.2.3.4.0x5/a",
                           "rtmp://[::1/a",
                           "rtmp://[]/a",
                           "rtmp://[::1]x/a",
                           "rtmp://[::1%25eth0]/a",
                           "rtmp://[127.0.0.1]/a",
                           "rtmp://::1/a"})
    EXPECT_FALSE(parseUrl(text).has_value()) << text << " is " << canonical(text);
  EXPECT_FALSE(parseUrl("rtmp://h/" + std::string(kMaxUrlBytes, 'a')).has_value());
  EXPECT_FALSE(parseUrl("rtmp://" + std::string(64, 'a') + "/a").has_value());
  EXPECT_FALSE(parseUrl(std::string_view("rtmp://h/\0a", 11)).has_value());
}

TEST(UrlPattern, AllowsWhatItSaysAndNoMore) {
  const auto allows = [](const char* pattern, const char* url) {
    EXPECT_TRUE(isUrlPattern(pattern)) << pattern;
    return urlAllowed(parseUrl(url).value(), {pattern});
  };
  EXPECT_TRUE(allows("rtmp://live.example.org/app/*", "rtmp://LIVE.example.org.:1935/app/key?x=1"));
  EXPECT_TRUE(allows("rtmp://live.example.org/app/*", "rtmp://user:pass@live.example.org/app/key"));
  EXPECT_TRUE(allows("rtmp://*.example.org/*", "rtmp://a.example.org/x/y"));
  EXPECT_TRUE(allows("rtmp://cam-*.example.org/*", "rtmp://cam-7.example.org/x"));
  EXPECT_TRUE(allows("rtsp://10.0.3.*/*", "rtsp://10.0.3.17/stream"));
  EXPECT_TRUE(allows("rtsp://*/*", "rtsp://[::1]/stream"));
  EXPECT_TRUE(allows("rtsp://[2001:DB8::1]/*", "rtsp://[2001:db8:0::1]/stream"));
  EXPECT_TRUE(allows("rtsp://h:*/live/*/main", "rtsp://h:8554/live/1/main"));
  EXPECT_TRUE(allows("rtsp://h/", "rtsp://h"));

  EXPECT_FALSE(allows("rtmp://live.example.org/app/*", "rtmps://live.example.org/app/key"));
  EXPECT_FALSE(allows("rtmp://live.example.org/app/*", "rtmp://live.example.org:1936/app/key"));
  EXPECT_FALSE(allows("rtmp://live.example.org/app/*", "rtmp://live.example.org/application/key"));
  EXPECT_FALSE(allows("rtmp://live.example.org/app/*", "rtmp://live.example.org.evil.example/app/key"));
  EXPECT_FALSE(allows("rtmp://live.example.org/app/*", "rtmp://live.example.org@evil.example/app/key"));
  EXPECT_FALSE(allows("rtmp://live.example.org/app/*", "rtmp://evil.example/app/key?live.example.org/app/"));
  EXPECT_FALSE(allows("rtmp://*.example.org/*", "rtmp://example.org/x"));
  EXPECT_FALSE(allows("rtmp://*.example.org/*", "rtmp://a.b.example.org/x"));
  EXPECT_FALSE(allows("rtmp://*.example.org/*", "rtmp://a.example.com/x"));
  EXPECT_FALSE(allows("rtsp://10.0.3.*/*", "rtsp://10.0.30.17/stream"));
  EXPECT_FALSE(allows("rtsp://10.0.*/*", "rtsp://10.0.3.17/stream"));
  EXPECT_FALSE(allows("rtsp://*.*.*.*/*", "rtsp://[::1]/stream"));
  EXPECT_FALSE(allows("rtsp://h/live/*/main", "rtsp://h/live/1/sub"));
  EXPECT_FALSE(urlAllowed(parseUrl("rtmp://h/a").value(), {})) << "without a pattern nothing";
}

TEST(UrlPattern, SaysSchemeHostAndPath) {
  for (const char* text : {"", "*", "*://*/*", "rtmp://h", "rtmp:///a", "rtmp://h:/a", "rtmp://h:x/a",
                           "rtmp://h:0/a", "rtmp://a..b/c", "rtmp://[x]/a", "gopher://h/a", "rtmp://h/a?b",
                           "rtmp://h/a b", "rtmp://u@h/a", "file:///srv/*"})
    EXPECT_FALSE(isUrlPattern(text)) << text;
}

TEST(UrlRules, OutputsNeedAnApplicationAndAKey) {
  EXPECT_TRUE(parseOutputUrl("rtmps://h/app/key").has_value());
  EXPECT_TRUE(parseOutputUrl("rtmp://h/app/instance/key").has_value());
  for (const char* text : {"rtmp://h", "rtmp://h/", "rtmp://h/app", "rtmp://h/app/", "rtmp://h//key",
                           "rtsp://h/a/b", "http://h/a/b"})
    EXPECT_FALSE(parseOutputUrl(text).has_value()) << text;
}

TEST(UrlRules, SourcesAreOfFourSchemes) {
  for (const char* text : {"rtmp://h/a/b", "rtmps://h/a/b", "rtsp://h", "rtsps://h/a"})
    EXPECT_TRUE(parseSourceUrl(text).has_value()) << text;
  for (const char* text : {"http://h/a", "rtspt://h/a", "file:///a", "v4l2:///dev/video0", "srt://h:1"})
    EXPECT_FALSE(parseSourceUrl(text).has_value()) << text;
}

TEST(UrlRules, ShowNoSecret) {
  EXPECT_EQ(redactedUrl("rtmp://live.example.org/app/key"), "rtmp://live.example.org/app/…");
  EXPECT_EQ(redactedUrl("rtmp://u:p@live.example.org:1936/app/key?auth=x"),
            "rtmp://live.example.org:1936/app/…");
  EXPECT_EQ(redactedUrl("rtsp://u:p@[::1]/stream"), "rtsp://[::1]/…");
  EXPECT_EQ(redactedUrl("rtsp://host"), "rtsp://host");
  EXPECT_EQ(redactedUrl("file:///srv/films/film.mp4"), "file:film.mp4");
  EXPECT_EQ(redactedUrl("rtmp://bad host/app/key"), "…");
}

TEST(UrlRules, TakeSecretsOutOfTheTextsOfOthers) {
  const std::string url = "rtmp://user:passw@live.example.org/app/streamkey?auth=token";
  EXPECT_EQ(withoutSecrets("cannot connect to " + url + ": refused", url), "cannot connect to …: refused");
  EXPECT_EQ(withoutSecrets("stream streamkey of user with passw and auth=token: rejected", url),
            "stream … of user with … and …: rejected");
  EXPECT_EQ(withoutSecrets("nothing of it", url), "nothing of it");
  EXPECT_EQ(withoutSecrets("1 error at a", "rtsp://h/a/1"), "1 error at a") << "too short to be a secret";
}

class SourceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "tessera-files-XXXXXX";
    top = std::filesystem::canonical(mkdtemp(pattern.data()));
    films = top + "/films";
    for (const char* folder : {"/films", "/films/deep", "/films2"})
      std::filesystem::create_directory(top + folder);
    for (const char* file : {"/films/a b.mp4", "/films/deep/b.mp4", "/films2/c.mp4", "/d.mp4"})
      std::ofstream(top + file) << "film";
    std::filesystem::create_symlink(top + "/d.mp4", films + "/out.mp4");
    std::filesystem::create_symlink("deep/b.mp4", films + "/in.mp4");
    std::filesystem::create_directory_symlink(top, films + "/up");
    mkfifo((films + "/pipe").c_str(), 0600);
  }
  void TearDown() override { std::filesystem::remove_all(top); }
  std::string find(const std::string& url) const {
    const auto file = sourceFile(url, films);
    return file ? *file : "";
  }
  std::string top, films;
};

TEST_F(SourceFileTest, IsBelowTheDirectory) {
  EXPECT_EQ(find("file:a%20b.mp4"), films + "/a b.mp4");
  EXPECT_EQ(find("FILE:deep/b.mp4"), films + "/deep/b.mp4");
  EXPECT_EQ(find("file:" + films + "/deep/b.mp4"), films + "/deep/b.mp4");
  EXPECT_EQ(find("file://" + films + "/deep/b.mp4"), films + "/deep/b.mp4");
  EXPECT_EQ(find("file:in.mp4"), films + "/deep/b.mp4") << "a link that stays inside";
  EXPECT_EQ(fileUrl(films + "/a b.mp4"), "file://" + films + "/a%20b.mp4");
  EXPECT_EQ(find(fileUrl(find("file:a%20b.mp4"))), films + "/a b.mp4");
}

TEST_F(SourceFileTest, IsNothingElse) {
  for (const std::string url : {"file:",
                                "file:.",
                                "file:..",
                                "file:deep",
                                "file:none.mp4",
                                "file:../d.mp4",
                                "file:deep/../../d.mp4",
                                "file:%2e%2e/d.mp4",
                                "file:..%2fd.mp4",
                                "file:out.mp4",
                                "file:up/d.mp4",
                                "file:pipe",
                                "file:/etc/passwd",
                                "file:///etc/passwd",
                                "file://host/d.mp4",
                                "file:../films2/c.mp4",
                                "file:a%00.mp4",
                                "file:a%",
                                "http://h/a",
                                "a b.mp4"})
    EXPECT_EQ(find(url), "") << url;
  EXPECT_EQ(find("file:" + top + "/films2/c.mp4"), "") << "a directory whose name begins alike";
  EXPECT_EQ(sourceFile("file:none.mp4", films).error().text, sourceFile("file:../d.mp4", films).error().text)
      << "what is there elsewhere stays unknown";
}

TEST_F(SourceFileTest, WithoutADirectoryIsAnyAbsoluteOne) {
  EXPECT_EQ(sourceFile("file:" + top + "/d.mp4", "").value(), top + "/d.mp4");
  EXPECT_FALSE(sourceFile("file:d.mp4", "").has_value());
  EXPECT_FALSE(sourceFile("file:" + films, "").has_value()) << "a directory";
  EXPECT_FALSE(sourceFile("file:" + films + "/pipe", "").has_value());
}

}  // namespace
}  // namespace tessera
