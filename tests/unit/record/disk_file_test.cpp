// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/disk_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/temporary_directory.h"

namespace tessera {
namespace {

TEST(DiskFile, WritesAndCounts) {
  const test::TemporaryDirectory directory;
  auto file = DiskFile::create(directory / "part.mkv");
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_TRUE((*file)->write("one"));
  EXPECT_TRUE((*file)->write("two"));
  EXPECT_EQ((*file)->bytes(), 6);
  EXPECT_TRUE((*file)->sync());
  EXPECT_EQ(test::contentOf(directory / "part.mkv"), "onetwo");
}

TEST(DiskFile, OverwritesNothing) {
  const test::TemporaryDirectory directory;
  ASSERT_TRUE(DiskFile::create(directory / "part.mkv"));
  const auto again = DiskFile::create(directory / "part.mkv");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::io);
}

// /dev/full answers every write with ENOSPC. The text says what to do, and not where the server's files are.
TEST(DiskFile, AFullDiskIsAClearError) {
  const auto full = [](const std::string&) { return open("/dev/full", O_WRONLY | O_CLOEXEC); };
  auto file = DiskFile::create("/secret/place/part-0001.mkv", full);
  ASSERT_TRUE(file);
  const auto written = (*file)->write("x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_EQ(written.error().text,
            "writing part-0001.mkv: No space left on device; free some space, then record again");
  EXPECT_EQ((*file)->bytes(), 0);
}

TEST(DiskFile, EachErrorOfADiskSaysWhatToDo) {
  for (const int error : {ENOSPC, EDQUOT, EFBIG, EIO, EROFS, EACCES})
    EXPECT_NE(diskError("writing x", error).text.find("; "), std::string::npos) << error;
}

TEST(DiskFile, WhatCannotBeMadeIsAnError) {
  const auto file = DiskFile::create("/proc/no/such/part-0001.mkv");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().text.find("making part-0001.mkv: "), 0U) << file.error().text;
}

}  // namespace
}  // namespace tessera
