// SPDX-License-Identifier: Apache-2.0
// A disk that is full, refuses or hangs costs the recording, never the room.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "record_fixture.h"

namespace tessera::test {
namespace {

// A file system of a few pages in memory. Mounting needs root.
class SmallDisk {
 public:
  SmallDisk(const std::string& path, const std::string& options, unsigned long flags = 0) : path_(path) {
    std::filesystem::create_directory(path);
    mounted_ = mount("tmpfs", path.c_str(), "tmpfs", flags, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  const std::string path_;
  bool mounted_ = false;
};

// No file of this process grows beyond.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

// A file whose writes wait from some 64 KiB on, as on a disk that hangs, until somebody reads them.
class HangingFile {
 public:
  HangingFile() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) std::abort();
  }
  ~HangingFile() { close(ends_[0]); }
  HangingFile(const HangingFile&) = delete;
  HangingFile& operator=(const HangingFile&) = delete;
  int take() { return std::exchange(ends_[1], -1); }
  // Reads until the writer closes.
  std::string drain() {
    std::string all;
    std::array<char, 65536> piece;
    for (ssize_t n; (n = read(ends_[0], piece.data(), piece.size())) > 0;)
      all.append(piece.data(), static_cast<std::size_t>(n));
    return all;
  }

 private:
  std::array<int, 2> ends_{};
};

class RecordDisk : public RecordTest {
 protected:
  void SetUp() override {
    RecordTest::SetUp();
    ProgramSource::Settings with;
    with.content = ProgramSource::colours;
    play(with);
  }
  // Until it fails, for a minute of media at most.
  void recordUntilItFails() {
    for (int i = 0; i < 60 && !failed(); ++i) advance(1s);
    ASSERT_TRUE(failed());
    EXPECT_EQ(statuses.back().why.code, ErrorCode::io);
    const auto count = statuses.size();
    source->advance(2s);
    EXPECT_EQ(statuses.size(), count) << "the last word";
  }
  // What was written stays playable: up to its last second the colours are right.
  static void expectPlayable(const DecodedFile& file) {
    ASSERT_GE(file.pictures.size(), 25U);
    for (double at = 0.5; at + 1 < file.pictures.back().time; ++at)
      EXPECT_TRUE(near(file.colourAt(at), ProgramSource::kColours[static_cast<int>(at) % 4])) << at;
    EXPECT_GT(file.soundEnd(), file.pictures.back().time - 0.7);
  }
};

TEST_F(RecordDisk, AFullDiskEndsTheRecordingWithAClearError) {
  const SmallDisk disk(directory / "disk", "size=96k");
  if (!disk.mounted()) GTEST_SKIP() << "no right to mount a small disk";
  settings.directory = directory / "disk";
  start();
  recordUntilItFails();
  EXPECT_NE(statuses.back().why.text.find("No space left on device; free some space"), std::string::npos)
      << statuses.back().why.text;
  EXPECT_GT(statuses.back().mediaMs, 1000);
  expectPlayable(decodeFile(directory / "disk/part-0001.mkv"));
  EXPECT_TRUE(DirectoryLock::take(settings.directory)) << "tessera-post can begin";
  recorder.reset();
}

TEST_F(RecordDisk, AFileTooLargeIsAnErrorAndNotTheEndOfTheRoom) {
  start();
  {
    const FileSizeLimit limit(64 << 10);
    recordUntilItFails();
  }
  EXPECT_NE(statuses.back().why.text.find("File too large"), std::string::npos) << statuses.back().why.text;
  expectPlayable(part());
}

TEST_F(RecordDisk, AWriteThatFailsAtOnceFailsTheRecording) {
  surroundings.open = [](const std::string&) { return open("/dev/full", O_WRONLY | O_CLOEXEC); };
  start();
  recordUntilItFails();
  EXPECT_EQ(statuses.back().mediaMs, 0);
}

TEST_F(RecordDisk, ADirectoryThatCannotBeUsedIsToldAtOnce) {
  const auto tried = [this] {
    const auto started = startRecorder(
        settings, room, source->hub(), [](const RecordingStatus&) {}, surroundings);
    return started ? Error{ErrorCode::internal, "it started"} : started.error();
  };
  {
    const auto lock = DirectoryLock::take(settings.directory);
    EXPECT_EQ(tried().code, ErrorCode::conflict);
  }
  settings.directory = directory / "missing";
  EXPECT_EQ(tried().code, ErrorCode::io);
  const SmallDisk disk(directory / "disk", "", MS_RDONLY);
  if (!disk.mounted()) GTEST_SKIP() << "no right to mount a disk that is read only";
  settings.directory = directory / "disk";
  EXPECT_NE(tried().text.find("Read-only file system; the directory for recordings has to be writable"),
            std::string::npos)
      << tried().text;
}

// The source would not come through a minute if anybody waited for the disk. What the queue cannot hold is a
// gap, behind which a new part begins once the disk is back.
TEST_F(RecordDisk, AHangingDiskHoldsNobodyUpAndLeavesAGap) {
  HangingFile hanging;
  surroundings.open = [&hanging](const std::string& path) {
    return path.ends_with("part-0001.mkv") ? hanging.take() : DiskFile::make(path);
  };
  start();
  source->advance(60s);
  ASSERT_FALSE(failed());
  std::string drained;
  std::thread disk([&] { drained = hanging.drain(); });
  for (int i = 0; i < 20 && !std::filesystem::exists(directory / "part-0002.mkv"); ++i) advance(1s);
  advance(3s);
  stop();
  disk.join();
  std::ofstream(directory / "first.mkv", std::ios::binary) << drained;
  expectPlayable(decodeFile(directory / "first.mkv"));
  const auto first = points(1), second = points(2);
  ASSERT_FALSE(first.empty() || second.empty());
  EXPECT_EQ(first.back().event, wire::PartPointKind::stop);
  const DecodedFile after = part(2);
  EXPECT_EQ(after.complaints, "");
  EXPECT_GE(after.pictures.size(), 50U);
  const double length = static_cast<double>(first.back().mediaMs) / 1000 + after.soundEnd();
  EXPECT_LT(length, 60) << "some of it was dropped";
  EXPECT_NEAR(static_cast<double>(statuses.back().mediaMs) / 1000, length, 0.1);
}

// The room goes although the disk hangs, and leaves behind the thread that hangs in it.
TEST_F(RecordDisk, AHangingDiskDoesNotHoldUpTheEndOfTheRoom) {
  HangingFile hanging;
  surroundings.open = [&hanging](const std::string& path) {
    return path.ends_with("part-0001.mkv") ? hanging.take() : DiskFile::make(path);
  };
  start();
  source->advance(40s);
  const Nanos begin = std::chrono::steady_clock::now().time_since_epoch();
  recorder.reset();
  const Nanos took = std::chrono::steady_clock::now().time_since_epoch() - begin;
  EXPECT_GE(took, Recorder::kCloseWithin) << "else the disk did not hang";
  EXPECT_LT(took, Recorder::kCloseWithin + 10s);
  EXPECT_FALSE(DirectoryLock::take(directory.path())) << "it still hangs";
  std::thread disk([&] { hanging.drain(); });
  EXPECT_TRUE(runUntil([&] { return DirectoryLock::take(directory.path()).has_value(); }));
  disk.join();
}

}  // namespace
}  // namespace tessera::test
