// SPDX-License-Identifier: Apache-2.0
// RTMP URLs, and what is said when a destination fails: never the secrets in them.
#include <gio/gio.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipelines/gst/element.h"
#include "pipelines/live/rtmp_errors.h"
#include "pipelines/live/rtmp_target.h"

namespace tessera {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RtmpTargetTest, SplitsWhereServersDo) {
  const auto target = parseRtmpTarget("rtmp://live.example.org/app/key?sign=a/b");
  ASSERT_TRUE(target) << target.error().text;
  EXPECT_FALSE(target->tls);
  EXPECT_EQ(target->host, "live.example.org");
  EXPECT_EQ(target->port, 1935);
  EXPECT_EQ(target->application, "app");
  EXPECT_EQ(target->stream, "key?sign=a/b");
  EXPECT_TRUE(target->user.empty());
}

TEST(RtmpTargetTest, KnowsTlsPortsUsersAndLongApplications) {
  const auto target = parseRtmpTarget("rtmps://me:s%3Acret@[2001:db8::1]:8443/app/instance/key");
  ASSERT_TRUE(target) << target.error().text;
  EXPECT_TRUE(target->tls);
  EXPECT_EQ(target->host, "2001:db8::1");
  EXPECT_EQ(target->port, 8443);
  EXPECT_EQ(target->application, "app/instance");
  EXPECT_EQ(target->stream, "key");
  EXPECT_EQ(target->user, "me");
  EXPECT_EQ(target->password, "s:cret");
  EXPECT_EQ(parseRtmpTarget("rtmps://h.example/app/key")->port, 443);
}

TEST(RtmpTargetTest, RefusesWhatCanNeverWorkWithoutRepeatingIt) {
  for (const char* url :
       {"", "nonsense-sesame", "http://h/app/sesame", "rtmp:///app/sesame", "rtmp://h/sesame", "rtmp://h",
        "rtmp://h/app/", "rtmp://h:0/app/sesame", "rtmp://h:70000/app/sesame", "rtmp://sesame@h/app/sesame",
        "rtmp://h/app/ses ame", "rtmp://h/app/sesame\n", "rtmp://h/../app/sesame", "file:///app/sesame"}) {
    const auto target = parseRtmpTarget(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().code, ErrorCode::badRequest) << url;
    EXPECT_THAT(target.error().text, Not(HasSubstr("sesame"))) << url;
  }
}

// As rtmp2sink of GStreamer 1.22 words it.
Error said(int code, const std::string& text, const std::string& debug = {}) {
  GError* error = g_error_new_literal(GST_RESOURCE_ERROR, code, text.c_str());
  const auto message = gst::Ref<GstMessage>::adopt(gst_message_new_error(nullptr, error, debug.c_str()));
  g_error_free(error);
  return rtmpError(message.get());
}

std::string cause(const char* domain, int code) {
  return fmt::format("gstrtmp2sink.c(1): f (): /GstPipeline:p/GstRtmp2Sink:s:\ndomain {}, code {}", domain,
                     code);
}

TEST(RtmpErrorsTest, SayWhatHappenedAndNotTheKey) {
  struct Row {
    int code;
    const char *text, *domain;
    int cause;
    const char* expected;
  };
  const Row rows[] = {
      {GST_RESOURCE_ERROR_OPEN_READ, "Connection refused: Could not connect to h", "", 0,
       "connection refused"},
      {GST_RESOURCE_ERROR_NOT_AUTHORIZED, "Not authorized to connect: publish denied: {sesame}", "", 0,
       "the server refused the stream key"},
      {GST_RESOURCE_ERROR_FAILED, "Failed to connect: 'publish' cmd failed: connection closed remotely",
       "g-io-error-quark", G_IO_ERROR_FAILED, "the server refused the stream key"},
      {GST_RESOURCE_ERROR_FAILED, "Failed to connect: publish denied; stream already exists: {sesame}",
       "g-io-error-quark", G_IO_ERROR_EXISTS,
       "the server says that somebody else sends with this stream key"},
      {GST_RESOURCE_ERROR_NOT_AUTHORIZED, "Not authorized to connect: authentication failed; wrong: sesame",
       "", 0, "the server refused the application, the user or the password"},
      {GST_RESOURCE_ERROR_FAILED, "Failed to connect: 'connect' cmd returned 'x'", "g-io-error-quark",
       G_IO_ERROR_FAILED, "the server refused the application, the user or the password"},
      {GST_RESOURCE_ERROR_FAILED, "Failed to connect: Socket I/O timed out", "g-io-error-quark",
       G_IO_ERROR_TIMED_OUT, "no answer for 5 s"},
      {GST_RESOURCE_ERROR_FAILED, "Failed to connect: Unacceptable TLS certificate", "g-tls-error-quark",
       G_TLS_ERROR_BAD_CERTIFICATE, "the server's certificate is not valid"},
      {GST_RESOURCE_ERROR_FAILED, "Failed to connect: no such host", "g-resolver-error-quark", 0,
       "the server's name could not be looked up"},
      {GST_RESOURCE_ERROR_WRITE, "Connection error: connection closed remotely", "g-io-error-quark",
       G_IO_ERROR_CONNECTION_CLOSED, "the connection was closed by the server"},
      {GST_RESOURCE_ERROR_WRITE, "Connection error: Peer failed", "g-tls-error-quark", G_TLS_ERROR_EOF,
       "the connection was closed by the server"},
      {GST_RESOURCE_ERROR_WRITE, "Connection error: something with sesame", "", 0,
       "the connection was closed by the server"},
  };
  g_io_error_quark();
  g_tls_error_quark();
  g_resolver_error_quark();
  for (const Row& row : rows)
    EXPECT_EQ(said(row.code, row.text, *row.domain ? cause(row.domain, row.cause) : "").text, row.expected)
        << row.text;
}

}  // namespace
}  // namespace tessera
