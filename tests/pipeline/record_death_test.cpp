// SPDX-License-Identifier: Apache-2.0
// What is left of a recording when its process dies, at any byte.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>

#include "pipelines/gst/clock.h"
#include "record_fixture.h"

namespace tessera::test {
namespace {

const char* const kDirectory = "TESSERA_TEST_RECORD_DIRECTORY";
const char* const kSeconds = "TESSERA_TEST_RECORD_SECONDS";

// Memory that two processes share: up to when the recorder was given sound.
class SharedTime {
 public:
  explicit SharedTime(const std::string& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, kSize) != 0) std::abort();
    memory_ = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory_ == MAP_FAILED) std::abort();
  }
  ~SharedTime() { munmap(memory_, kSize); }
  SharedTime(const SharedTime&) = delete;
  SharedTime& operator=(const SharedTime&) = delete;
  std::atomic<std::int64_t>& value() { return *static_cast<std::atomic<std::int64_t>*>(memory_); }

 private:
  static constexpr std::size_t kSize = 4096;
  void* memory_ = nullptr;
};

class Watch : public ProgramReceiver {
 public:
  explicit Watch(const std::string& path) : given_(path) {}
  void onFrame(const gst::Ref<GstBuffer>&, bool) override {}
  void onSound(const std::shared_ptr<const ProgramSound>& sound) override {
    given_.value() = (sound->begin + mix::kAudioTick).count();
  }
  void onAac(const gst::Ref<GstBuffer>&) override {}

 private:
  SharedTime given_;
};

// The process that dies; run by the others with the directory in the environment.
TEST(RecordChild, DISABLED_Records) {
  const char* directory = std::getenv(kDirectory);
  ASSERT_TRUE(directory);
  ProgramSource source;
  RecordingSettings settings;
  settings.id = RecordingId{"4k2m00000000"};
  settings.directory = directory;
  RecordingPhase phase = RecordingPhase::paused;
  auto recorder = Recorder::start(settings, {}, source.hub(),
                                  [&](const RecordingStatus& status) { phase = status.phase; });
  ASSERT_TRUE(recorder) << recorder.error().text;
  const auto watch = std::make_shared<Watch>(std::string(directory) + "/given");
  source.hub()->add(watch, {.sound = true});
  source.live();
  const char* seconds = std::getenv(kSeconds);
  const auto length = std::chrono::seconds(seconds ? std::atoi(seconds) : 600);
  ASSERT_TRUE(runUntil([&] { return source.position() > length; }, 660s));
  (*recorder)->stop();
  EXPECT_TRUE(runUntil([&] { return phase == RecordingPhase::stopped; }));
}

pid_t runChild(std::vector<std::string> before, const std::string& directory, const std::string& seconds) {
  std::vector<std::string> words = std::move(before);
  words.push_back(std::filesystem::read_symlink("/proc/self/exe"));
  words.emplace_back("--gtest_also_run_disabled_tests");
  words.emplace_back("--gtest_filter=RecordChild.DISABLED_Records");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  setenv(kDirectory, directory.c_str(), 1);
  setenv(kSeconds, seconds.c_str(), 1);
  GPid child = 0;
  GError* error = nullptr;
  const auto flags =
      static_cast<GSpawnFlags>(G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL);
  if (!g_spawn_async(nullptr, arguments.data(), nullptr, flags, nullptr, nullptr, &child, &error)) {
    ADD_FAILURE() << error->message;
    g_error_free(error);
  }
  return child;
}

class RecordDeath : public RecordTest {};

TEST_F(RecordDeath, AProcessThatIsKilledLosesLessThanASecond) {
  SharedTime given(directory / "given");
  const Nanos wall = std::chrono::system_clock::now().time_since_epoch() - gst::now();
  const pid_t child = runChild({}, directory.path(), "600");
  ASSERT_GT(child, 0);
  const bool ran = runUntil([&] { return given.value() != 0; }, 60s);
  const std::int64_t first = given.value();
  EXPECT_TRUE(ran && runUntil([&] { return given.value() > first + 5'000'000'000; }, 60s));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const Nanos last = Nanos(given.value());

  std::string complaints;
  const auto packets = packetsOf(directory / "part-0001.mkv", complaints);
  ASSERT_FALSE(packets.empty());
  const auto sidecar = points();
  ASSERT_GE(sidecar.size(), 4U);
  const Nanos begin = std::chrono::milliseconds(sidecar.front().unixMs) - wall;
  for (const int stream : {0, 1}) {
    double end = 0;
    for (const auto& packet : packets)
      if (packet.stream == stream) end = std::max(end, packet.time);
    const double lost = std::chrono::duration<double>(last - begin).count() - end;
    EXPECT_LT(lost, 1) << "stream " << stream;
    RecordProperty(stream == 0 ? "lost_picture_ms" : "lost_sound_ms", static_cast<int>(lost * 1000));
  }
  const DecodedFile file = part();
  EXPECT_GE(file.flashes().size(), 3U);
  EXPECT_LT(largestOffset(file, false), 0.005);
  EXPECT_GE(file.beeps().size(), 3U);
  EXPECT_TRUE(DirectoryLock::take(directory.path())) << "the lock went with the process";
}

// Whatever byte is the last one: all packets before it are read, as they are in the whole file.
TEST_F(RecordDeath, AFileCutOffAnywhereIsReadUpToItsLastBlock) {
  start();
  source->advance(5s);
  stop();
  const std::string whole = contentOf(directory / "part-0001.mkv");
  std::string complaints;
  const auto all = packetsOf(directory / "part-0001.mkv", complaints);
  ASSERT_GT(all.size(), 300U);
  std::mt19937 random(7);
  for (int i = 0; i < 25; ++i) {
    const auto size = static_cast<std::int64_t>(2000 + random() % (whole.size() - 2000));
    std::ofstream(directory / "cut.mkv", std::ios::binary) << whole.substr(0, static_cast<std::size_t>(size));
    const auto left = packetsOf(directory / "cut.mkv", complaints);
    // ffprobe's position is that of the block, whose head is of a few bytes.
    const auto least =
        std::ranges::count_if(all, [&](const auto& packet) { return packet.end + 16 <= size; });
    ASSERT_GE(static_cast<std::int64_t>(left.size()), least) << size;
    for (std::size_t n = 0; n < static_cast<std::size_t>(least); ++n) {
      ASSERT_EQ(left[n].time, all[n].time);
      ASSERT_EQ(left[n].stream, all[n].stream);
    }
  }
}

int linesWith(const std::string& text, const std::string& call, const std::string& file) {
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.find(call + "(") != std::string::npos && line.find(file) != std::string::npos) ++count;
  return count;
}

TEST_F(RecordDeath, TheDiskIsMadeToKeepWhatItHasEverySecond) {
  if (std::system("strace -f -y -e trace=fdatasync -o /dev/null true >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "strace is not installed, or may not trace";
  setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // which is of no use to a traced process
  const std::string trace = directory / "trace";
  const pid_t child =
      runChild({"strace", "-f", "-y", "-e", "trace=fdatasync,fsync", "-o", trace}, directory.path(), "5");
  ASSERT_GT(child, 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  const std::string text = contentOf(trace);
  EXPECT_GE(linesWith(text, "fdatasync", "part-0001.mkv>"), 4) << text;
  EXPECT_GE(linesWith(text, "fdatasync", "part-0001.jsonl>"), 4) << text;
  EXPECT_GE(linesWith(text, "fsync", directory.path() + ">"), 1) << text;
  EXPECT_EQ(part().complaints, "");
}

}  // namespace
}  // namespace tessera::test
