// SPDX-License-Identifier: Apache-2.0
#include "post/job.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "post/av.h"

namespace tessera::post {
namespace {

class JobTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "tessera-job-XXXXXX";
    folder = mkdtemp(pattern.data());
    wire::RecordingPlan plan;
    plan.id = {"abcdefghijkl"};
    plan.room = {"here"};
    plan.name = "film";
    std::ofstream(folder + "/recording.json") << wire::encode(plan);
    std::ofstream(folder + "/part-0001.mkv") << "media";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  // A link to itself: it is there, and cannot be opened (ELOOP), by root neither.
  void makeUnreadable(const std::string& name) {
    std::filesystem::remove(folder + "/" + name);
    std::filesystem::create_symlink(name, folder + "/" + name);
  }
  ErrorCode errorOf() const {
    const auto job = loadJob(folder);
    EXPECT_FALSE(job.has_value());
    return job ? ErrorCode::internal : job.error().code;
  }

  std::string folder;
};

TEST_F(JobTest, IsThePlanAndTheParts) {
  const auto job = loadJob(folder);
  ASSERT_TRUE(job.has_value()) << job.error().text;
  EXPECT_EQ(job->plan.name, "film");
  ASSERT_EQ(job->parts.size(), 1u);
  EXPECT_EQ(job->bytes(), 5);
  EXPECT_TRUE(job->timeline.empty());
}

TEST_F(JobTest, WithoutAPlanNothingCanBeMade) {
  std::filesystem::remove(folder + "/recording.json");
  EXPECT_EQ(errorOf(), ErrorCode::notFound);
}

TEST_F(JobTest, WhatCannotBeReadNowMayBeLater) {
  for (const char* name : {"timeline.jsonl", "part-0001.jsonl", "part-0001.mkv", "recording.json"}) {
    makeUnreadable(name);
    EXPECT_EQ(errorOf(), ErrorCode::io) << name;
    std::filesystem::remove(folder + "/" + name);
  }
  std::filesystem::create_directory(folder + "/recording.json");
  EXPECT_EQ(errorOf(), ErrorCode::io) << "it opens, but reading fails";
}

TEST(AvFail, TellsTheDiskFromTheContent) {
  const auto codeOf = [](int code) { return avFail(code, "reading").value().code; };
  for (const int error : {EIO, EMFILE, ENFILE, ESTALE, ETIMEDOUT, ENOSPC, EACCES, ENOMEM, ESHUTDOWN})
    EXPECT_EQ(codeOf(AVERROR(error)), ErrorCode::io) << error;
  for (const int code : {AVERROR(ENOENT), AVERROR(EINVAL), AVERROR_INVALIDDATA, AVERROR_EOF})
    EXPECT_EQ(codeOf(code), ErrorCode::mediaFailed) << code;
}

}  // namespace
}  // namespace tessera::post
