// SPDX-License-Identifier: Apache-2.0
// The playlist of a room's HLS, and the files beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "pipelines/live/hls_directory.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kStart = 1767225600000;  // 2026-01-01T00:00:00Z

TEST(HlsPlaylistTest, IsWhatPlayersRead) {
  HlsPlaylist playlist;
  playlist.add({7, 2.0, kStart + 1, false});
  playlist.add({8, 1.96, kStart + 2001, true});
  EXPECT_EQ(playlist.text(),
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.001Z\n#EXTINF:2.000,\n00000007.ts\n"
            "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.001Z\n#EXTINF:1.960,\n"
            "00000008.ts\n");
  playlist.ended = true;
  EXPECT_THAT(playlist.text(), testing::EndsWith("00000008.ts\n#EXT-X-ENDLIST\n"));
}

TEST(HlsPlaylistTest, IsReadAsItWasWritten) {
  HlsPlaylist playlist;
  playlist.discontinuities = 3;
  playlist.add({123456789, 4.2, kStart, true});
  playlist.add({123456790, 1.96, kStart + 4200, false});
  for (const bool ended : {false, true}) {
    playlist.ended = ended;
    const auto read = parseHlsPlaylist(playlist.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->text(), playlist.text());
    EXPECT_EQ(read->targetSeconds, 4);
  }
}

TEST(HlsPlaylistTest, RefusesWhatIsNotItsOwn) {
  for (const char* text : {"", "nonsense", "#EXTM3U\nother.ts\n", "#EXTM3U\n#EXTINF:x,\n00000000.ts\n",
                           "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:2.0,\n00000007.ts\n",
                           "#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:yesterday\n"})
    EXPECT_FALSE(parseHlsPlaylist(text)) << text;
}

class HlsDirectoryTest : public testing::Test {
 protected:
  HlsDirectoryTest() {
    char name[] = "/tmp/tessera-hls-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~HlsDirectoryTest() override { fs::remove_all(path_); }

  std::unique_ptr<HlsDirectory> open(std::int64_t now = kStart) {
    auto opened = HlsDirectory::open(path_, now);
    EXPECT_TRUE(opened) << opened.error().text;
    return opened ? *std::move(opened) : nullptr;
  }
  // Each 2 s after the one before.
  Status add(HlsDirectory& directory, std::string_view data = "data") {
    const HlsSegment segment{0, 2.0, kStart + 2000 * added_++, false};
    return directory.add(data, segment);
  }
  void addMany(HlsDirectory& directory, int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(add(directory));
  }
  std::string playlist() const { return read("index.m3u8"); }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) names.insert(entry.path().filename());
    return names;
  }

  std::string path_;
  int added_ = 0;
};

TEST_F(HlsDirectoryTest, ListsTheNewestAndRemovesTheOldOnesLater) {
  const auto directory = open();
  addMany(*directory, 20);
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-MEDIA-SEQUENCE:14\n"));
  EXPECT_EQ(files().size(), 6u + 8u + 1u);
  EXPECT_FALSE(files().contains("00000005.ts"));
  EXPECT_TRUE(files().contains("00000006.ts"));
  EXPECT_EQ(read("00000019.ts"), "data");
}

TEST_F(HlsDirectoryTest, LeavesWhatIsListedAtTheEnd) {
  const auto directory = open();
  addMany(*directory, 10);
  directory->end();
  EXPECT_THAT(playlist(), testing::EndsWith("00000009.ts\n#EXT-X-ENDLIST\n"));
  EXPECT_THAT(files(), ElementsAre("00000004.ts", "00000005.ts", "00000006.ts", "00000007.ts", "00000008.ts",
                                   "00000009.ts", "index.m3u8"));
}

TEST_F(HlsDirectoryTest, GoesOnWithADiscontinuityAfterACrash) {
  auto directory = open();
  addMany(*directory, 3);
  directory.reset();  // without an end
  std::ofstream(path_ + "/00000003.ts.tmp") << "half";
  std::ofstream(path_ + "/note.txt") << "of somebody else";
  directory = open(kStart + 30000);
  EXPECT_FALSE(files().contains("00000003.ts.tmp"));
  EXPECT_TRUE(files().contains("note.txt"));
  addMany(*directory, 2);
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-MEDIA-SEQUENCE:0\n"));
  EXPECT_THAT(playlist(), HasSubstr("00000002.ts\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:"));
  EXPECT_THAT(playlist(), HasSubstr("#EXTINF:2.000,\n00000004.ts\n"));
  addMany(*directory, 5);  // now the discontinuity has left the playlist
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-DISCONTINUITY-SEQUENCE:1\n"));
  EXPECT_THAT(playlist(), Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
}

TEST_F(HlsDirectoryTest, BeginsAnewAfterAnEndOrALongTime) {
  for (const bool ended : {true, false}) {
    auto directory = open();
    addMany(*directory, 3);
    if (ended) directory->end();
    directory.reset();
    directory = open(kStart + 2000 * added_ + (ended ? 0 : 61000));
    EXPECT_THAT(files(), ElementsAre("index.m3u8"));
    EXPECT_THAT(playlist(), Not(HasSubstr(".ts"))) << "at once, not with the first segment";
    EXPECT_THAT(playlist(), Not(HasSubstr("#EXT-X-ENDLIST")));
    EXPECT_THAT(playlist(), HasSubstr(ended ? "#EXT-X-MEDIA-SEQUENCE:3\n" : "#EXT-X-MEDIA-SEQUENCE:7\n"));
    directory.reset();  // without a segment: the number is not forgotten
    directory = open(kStart + 2000 * added_ + (ended ? 0 : 61000));
    ASSERT_TRUE(add(*directory));
    EXPECT_THAT(playlist(), HasSubstr(ended ? "#EXT-X-MEDIA-SEQUENCE:3\n" : "#EXT-X-MEDIA-SEQUENCE:7\n"));
    EXPECT_THAT(playlist(), Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
  }
}

TEST_F(HlsDirectoryTest, NeverUsesANumberTwice) {
  std::ofstream(path_ + "/00000041.ts") << "from a playlist that is lost";
  const auto directory = open();
  ASSERT_TRUE(add(*directory));
  EXPECT_THAT(playlist(), HasSubstr("#EXT-X-MEDIA-SEQUENCE:42\n"));
}

TEST_F(HlsDirectoryTest, WhatCannotBeWrittenIsMissingAndTheRestGoesOn) {
  const auto directory = open();
  addMany(*directory, 2);
  fs::create_directory(path_ + "/00000002.ts.tmp");  // where the file would be
  const auto written = add(*directory);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_THAT(written.error().text, HasSubstr("Is a directory"));
  EXPECT_THAT(playlist(), testing::EndsWith("00000001.ts\n"));
  fs::remove(path_ + "/00000002.ts.tmp");
  ASSERT_TRUE(add(*directory));
  EXPECT_THAT(playlist(), HasSubstr("00000001.ts\n#EXT-X-DISCONTINUITY\n"));
  EXPECT_THAT(playlist(), testing::EndsWith("00000002.ts\n"));
}

TEST_F(HlsDirectoryTest, IsOneWritersAlone) {
  auto first = open();
  const auto second = HlsDirectory::open(path_, kStart);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  first.reset();
  EXPECT_TRUE(open());
}

TEST_F(HlsDirectoryTest, MustBeThere) {
  const auto opened = HlsDirectory::open(path_ + "/nowhere", kStart);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace tessera
