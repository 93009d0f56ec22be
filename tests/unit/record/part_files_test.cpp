// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/part_files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_directory.h"

namespace tessera {
namespace {

TEST(PartFiles, AreNamedByNumberAndParticipant) {
  EXPECT_EQ(partName(1), "part-0001");
  EXPECT_EQ(partName(12345), "part-12345");
  EXPECT_EQ(trackName(2, {"k3v9x0q2m7ab"}), "part-0002-k3v9x0q2m7ab");
}

TEST(PartFiles, ANewOneComesAfterAllThatAreThere) {
  const test::TemporaryDirectory directory;
  EXPECT_EQ(freePart(directory.path(), 1).value(), 1);
  EXPECT_EQ(freePart(directory.path(), 3).value(), 3);
  for (const char* name : {"part-0002.mkv", "part-0007-k3v9x0q2m7ab.mka", "recording.json", "part-x.mkv"})
    std::ofstream(directory / name) << "x";
  EXPECT_EQ(freePart(directory.path(), 1).value(), 8);
  EXPECT_EQ(freePart(directory.path(), 9).value(), 9);
  const auto missing = freePart(directory / "missing", 1);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::io);
}

TEST(PartFiles, OnlyOneHasTheLock) {
  const test::TemporaryDirectory directory;
  {
    const auto first = DirectoryLock::take(directory.path());
    ASSERT_TRUE(first);
    const auto second = DirectoryLock::take(directory.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
  }
  EXPECT_TRUE(DirectoryLock::take(directory.path()));
  const auto missing = DirectoryLock::take(directory / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace tessera
