// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <glib.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/result.h"

namespace tessera {
namespace {

TEST(ErrorTable, GivesEveryCodeANameOfItsOwnAndAnHttpStatus) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_TRUE(names.insert(wireName(code)).second) << wireName(code);
    EXPECT_EQ(errorCodeOf(wireName(code)), code);
    EXPECT_GE(httpStatus(code), 400) << wireName(code);
    EXPECT_LT(httpStatus(code), 600) << wireName(code);
  }
}

TEST(ErrorTable, HasNoOtherNames) {
  EXPECT_EQ(errorCodeOf(""), std::nullopt);
  EXPECT_EQ(errorCodeOf("bad-requests"), std::nullopt);
}

TEST(Error, TakesOverAGError) {
  GError* gerror = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOENT, "No such file");
  const Error error = Error::fromGError(ErrorCode::io, "opening /x", gerror);
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_EQ(error.text, "opening /x: No such file");
  EXPECT_EQ(Error::fromGError(ErrorCode::io, "opening /x", nullptr).text, "opening /x: unknown error");
}

TEST(Fail, FormatsItsText) {
  const Status status = fail(ErrorCode::notFound, "room {} does not exist", "a");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::notFound);
  EXPECT_EQ(status.error().text, "room a does not exist");
}

}  // namespace
}  // namespace tessera
