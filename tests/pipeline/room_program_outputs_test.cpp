// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "pipelines/room/program_outputs.h"
#include "room_people.h"
#include "support/decoded_file.h"
#include "support/temporary_directory.h"
#include "support/without_elements.h"

// A room's recordings and live outputs, by id: how many there may be, that they fail alone, and that files
// are whole when the room ends.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::RoomUnderTest;
using test::runFor;
using test::runUntil;
using test::WithoutElements;
using test::yuvOf;

constexpr CanvasSettings kCanvas{320, 180, 15};

class RoomOutputsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::canDecodeFiles()) GTEST_SKIP() << "ffmpeg is not installed";
  }
  static RoomSettings settings() {
    RoomSettings made = RoomUnderTest::settingsFor(kCanvas);
    made.program = {320, 180, 15, 400, 96};
    return made;
  }
  RecordingSettings recording(const char* id, const RecordingFormats& formats = {}) {
    return {RecordingId{id}, directories_.emplace_back().path(), 1, formats};
  }
  std::string partOf(const RecordingSettings& of) { return of.directory + "/part-0001.mkv"; }
  // The phases that were told of it, each once.
  std::vector<RecordingPhase> phases(const RecordingSettings& of) const {
    std::vector<RecordingPhase> told;
    for (const RecordingStatus& status : room_->recordings)
      if (status.id == of.id && (told.empty() || told.back() != status.phase)) told.push_back(status.phase);
    return told;
  }
  bool is(const RecordingSettings& recording, RecordingPhase phase) const {
    const auto told = phases(recording);
    return !told.empty() && told.back() == phase;
  }
  std::int64_t mediaMs(const RecordingSettings& of) const {
    std::int64_t last = 0;
    for (const RecordingStatus& status : room_->recordings)
      if (status.id == of.id) last = status.mediaMs;
    return last;
  }
  const OutputStatus* output(const char* id) const {
    const OutputStatus* last = nullptr;
    for (const OutputStatus& status : room_->outputs)
      if (status.id.value == id) last = &status;
    return last;
  }
  MediaRoom& room() { return *room_->room; }

  std::list<test::TemporaryDirectory> directories_;
  std::unique_ptr<RoomUnderTest> room_ = std::make_unique<RoomUnderTest>(settings());
};

TEST_F(RoomOutputsTest, recordsWhatIsSeenAndHeard) {
  Guest& red = room_->join(personOf(kAppearances[0]));
  ASSERT_TRUE(runUntil([&] {
    const Tile* tile = room_->tileOf(red);
    return tile && near(red.screen->colourIn(*tile), yuvOf(red.options.argb));
  }));
  const auto program = recording("program00000"),
             copy = recording("copy00000000", {.video = RecordedVideo::copy});
  room().startRecording(program);
  room().startRecording(copy);
  ASSERT_TRUE(runUntil([&] { return mediaMs(program) >= 2500 && mediaMs(copy) >= 2500; }));
  for (const auto* one : {&program, &copy}) room().controlRecording(one->id, RecordingAction::stop);
  ASSERT_TRUE(
      runUntil([&] { return is(program, RecordingPhase::stopped) && is(copy, RecordingPhase::stopped); }));
  for (const auto* one : {&program, &copy}) {
    EXPECT_EQ(phases(*one), (std::vector{RecordingPhase::recording, RecordingPhase::stopped}));
    const auto file = test::decodeFile(partOf(*one));
    EXPECT_EQ(file.complaints, "");
    EXPECT_EQ(file.codecs, "h264,aac");
    EXPECT_EQ(file.width, 320);
    ASSERT_FALSE(file.pictures.empty());
    EXPECT_GT(file.pictures.back().time, 2.2);
    EXPECT_TRUE(near(file.colourAt(1.5), yuvOf(red.options.argb), 40));  // mixed with the label and border
    EXPECT_GT(test::toneBandDb(file.soundAt(1, 2), red.options.tone), -20);
  }
}

// Whoever ends the room, and with whatever is left of the server.
TEST_F(RoomOutputsTest, closesTheFilesWhenTheRoomEnds) {
  std::vector<RecordingSettings> all;
  for (const char* id : {"one000000000", "two000000000", "three0000000"}) all.push_back(recording(id));
  for (const auto& one : all) room().startRecording(one);
  ASSERT_TRUE(runUntil(
      [&] { return std::ranges::all_of(all, [&](const auto& one) { return mediaMs(one) >= 1500; }); }));
  const auto before = std::chrono::steady_clock::now();
  room_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 4s);  // the process would be ended then
  for (const auto& one : all) {
    const auto file = test::decodeFile(partOf(one));
    EXPECT_EQ(file.complaints, "");
    ASSERT_FALSE(file.pictures.empty());
    EXPECT_GT(file.pictures.back().time, 1.4);
  }
}

TEST_F(RoomOutputsTest, hasFourRecordingsAtATime) {
  std::vector<RecordingSettings> all;
  for (const char* id : {"one000000000", "two000000000", "three0000000", "four00000000", "five00000000"})
    all.push_back(recording(id, {.format = RecordingFormat::ogg, .sound = SoundCodec::opus}));
  for (const auto& one : all) room().startRecording(one);
  room().startRecording(all[0]);  // is there: nothing
  ASSERT_TRUE(is(all[4], RecordingPhase::failed));
  EXPECT_EQ(room_->recordings.back().why.code, ErrorCode::tooMany);
  ASSERT_TRUE(runUntil([&] { return mediaMs(all[0]) > 500 && mediaMs(all[3]) > 500; }));
  room().controlRecording(all[1].id, RecordingAction::stop);
  ASSERT_TRUE(runUntil([&] { return is(all[1], RecordingPhase::stopped); }));
  auto another = recording("six000000000", all[0].formats);
  room().startRecording(another);
  ASSERT_TRUE(runUntil([&] { return is(another, RecordingPhase::recording); }));
  room().controlRecording(RecordingId{"nobody000000"}, RecordingAction::pause);  // nothing
  EXPECT_EQ(phases(all[0]), std::vector{RecordingPhase::recording});
}

TEST_F(RoomOutputsTest, tellsWhyThereIsNoFile) {
  auto nowhere = recording("nowhere00000");
  nowhere.directory += "/missing";
  room().startRecording(nowhere);
  ASSERT_TRUE(runUntil([&] { return is(nowhere, RecordingPhase::failed); }));
  EXPECT_EQ(room_->recordings.back().why.code, ErrorCode::io);
}

TEST_F(RoomOutputsTest, hasSixteenLiveOutputsAtATime) {
  const auto start = [&](int n) {
    room().startOutput(
        {OutputId{fmt::format("output{:06}", n)}, OutputKind::rtmp, "rtmp://127.0.0.1:9/live/key"});
  };
  for (int n = 0; n < 17; ++n) start(n);
  ASSERT_NE(output("output000016"), nullptr);
  EXPECT_EQ(output("output000016")->phase, OutputPhase::failed);
  EXPECT_EQ(output("output000016")->why.code, ErrorCode::tooMany);
  const auto waits = [&] {  // nobody listens on the port
    const auto* first = output("output000000");
    return first && first->phase == OutputPhase::waiting;
  };
  ASSERT_TRUE(runUntil(waits));
  room().stopOutput(OutputId{"output000000"});
  start(17);
  ASSERT_TRUE(runUntil([&] { return output("output000017") != nullptr; }));
  EXPECT_NE(output("output000017")->phase, OutputPhase::failed);
}

TEST_F(RoomOutputsTest, tellsThatAnAddressIsNone) {
  room().startOutput({OutputId{"output000000"}, OutputKind::rtmp, "http://127.0.0.1/"});
  ASSERT_NE(output("output000000"), nullptr);
  EXPECT_EQ(output("output000000")->phase, OutputPhase::failed);
}

TEST_F(RoomOutputsTest, failsAloneWithoutItsEncoder) {
  const WithoutElements encoders{"x264enc", "openh264enc"};
  Guest& red = room_->join(personOf(kAppearances[0], VideoCodec::vp8));
  const auto h264 = recording("h26400000000"),
             webm =
                 recording("webm00000000", {RecordingFormat::webm, RecordedVideo::program, SoundCodec::opus});
  room().startRecording(h264);
  room().startRecording(webm);
  ASSERT_TRUE(runUntil([&] { return is(h264, RecordingPhase::failed); }));
  ASSERT_TRUE(runUntil([&] { return mediaMs(webm) > 500 && red.screen->frames() > 0; }));
  EXPECT_EQ(phases(webm), std::vector{RecordingPhase::recording});
  EXPECT_TRUE(room_->failures.empty());
}

TEST_F(RoomOutputsTest, failsAloneWithoutAac) {
  const WithoutElements encoders{"avenc_aac", "voaacenc"};
  const auto aac = recording("aac000000000", {RecordingFormat::m4a});
  const auto opus =
      recording("opus00000000", {RecordingFormat::ogg, RecordedVideo::program, SoundCodec::opus});
  room().startRecording(aac);
  room().startRecording(opus);
  ASSERT_TRUE(runUntil([&] { return is(aac, RecordingPhase::failed); }));
  ASSERT_TRUE(runUntil([&] { return mediaMs(opus) > 500; }));
  EXPECT_EQ(phases(opus), std::vector{RecordingPhase::recording});
  EXPECT_TRUE(room_->failures.empty());
}

TEST_F(RoomOutputsTest, recordsWithTheSecondBestEncoders) {
  const WithoutElements encoders{"x264enc", "avenc_aac"};
  for (const char* second : {"openh264enc", "voaacenc"})
    if (!gst_registry_lookup_feature(gst_registry_get(), second))
      GTEST_SKIP() << second << " is not installed";
  const auto one = recording("one000000000");
  room().startRecording(one);
  ASSERT_TRUE(runUntil([&] { return mediaMs(one) >= 1500; }));
  room().controlRecording(one.id, RecordingAction::stop);
  ASSERT_TRUE(runUntil([&] { return is(one, RecordingPhase::stopped); }));
  const auto file = test::decodeFile(partOf(one));
  EXPECT_EQ(file.complaints, "");
  EXPECT_EQ(file.codecs, "h264,aac");
}

}  // namespace
}  // namespace tessera
