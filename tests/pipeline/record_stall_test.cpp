// SPDX-License-Identifier: Apache-2.0
// An encoder that stalls leaves a gap in the picture, and in nothing else.
#include "record_fixture.h"

namespace tessera::test {
namespace {

// Passes on what a hub gives but for the pictures while its encoder is said to stall. All on one thread.
class StallingHub : public ProgramHub {
 public:
  explicit StallingHub(std::shared_ptr<ProgramHub> hub) : hub_(std::move(hub)) {}
  void add(const std::shared_ptr<ProgramReceiver>& receiver, const ProgramNeeds& needs) override {
    gate_->to = receiver;
    hub_->add(gate_, needs);
  }
  void remove(const ProgramReceiver*) override { hub_->remove(gate_.get()); }
  void askKeyframe(const ProgramReceiver*) override {
    ++asked;
    hub_->askKeyframe(gate_.get());
  }
  std::vector<std::uint8_t> aacConfig() const override { return hub_->aacConfig(); }
  int channels() const override { return hub_->channels(); }
  void stall(bool on) { gate_->stalled = on; }

  std::atomic<int> asked{0};

 private:
  struct Gate : ProgramReceiver {
    void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) override {
      if (stalled) needsKeyframe = true;
      if (stalled || (needsKeyframe && !keyframe)) return;
      needsKeyframe = false;
      if (const auto receiver = to.lock()) receiver->onFrame(frame, keyframe);
    }
    void onSound(const std::shared_ptr<const ProgramSound>& sound) override {
      if (const auto receiver = to.lock()) receiver->onSound(sound);
    }
    void onAac(const gst::Ref<GstBuffer>&) override {}
    std::weak_ptr<ProgramReceiver> to;
    std::atomic<bool> stalled{false};
    bool needsKeyframe = false;
  };
  const std::shared_ptr<ProgramHub> hub_;
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

class RecordStall : public RecordTest {
 protected:
  void SetUp() override {
    RecordTest::SetUp();
    play({});
    hub = std::make_shared<StallingHub>(source->hub());
  }
  void TearDown() override {
    RecordTest::TearDown();
    hub.reset();
  }
  void begin() {
    auto started = startRecorder(
        settings, room, hub, [this](const RecordingStatus& status) { statuses.push_back(status); },
        surroundings);
    ASSERT_TRUE(started) << started.error().text;
    recorder = std::move(*started);
    await(RecordingPhase::recording);
  }
  std::shared_ptr<StallingHub> hub;
};

TEST_F(RecordStall, AGapInThePictureIsNoneInTheSound) {
  begin();
  advance(2s);
  hub->stall(true);
  advance(3s);
  EXPECT_GE(statuses.back().mediaMs, 3000) << "sound goes on to the disk meanwhile";
  hub->stall(false);
  advance(4s);
  stop();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_FALSE(std::filesystem::exists(directory / "part-0002.mkv"));
  EXPECT_GE(file.longestHole(), 3);
  EXPECT_LT(file.soundSeam, 0.0002);
  EXPECT_NEAR(file.soundEnd(), 9, 0.05);
  const auto beeps = file.beeps();
  ASSERT_EQ(beeps.size(), 8U);
  for (std::size_t i = 0; i < beeps.size(); ++i) EXPECT_NEAR(beeps[i], static_cast<double>(i + 1), 0.003);
  EXPECT_NEAR(file.flashes().back(), 8, 0.003);
}

// It begins with the picture, whenever that comes; what is heard before is not of it.
TEST_F(RecordStall, WaitsForTheFirstPicture) {
  hub->stall(true);
  begin();
  source->advance(2500ms);
  hub->stall(false);
  source->advance(4s);
  stop();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_EQ(file.pictures.front().time, 0);
  EXPECT_EQ(file.soundBegin, 0);
  EXPECT_LT(largestOffset(file), 0.003);
  EXPECT_GE(hub->asked, 1);
}

TEST_F(RecordStall, ARecordingWithoutAPictureFails) {
  hub->stall(true);
  begin();
  for (int i = 0; i < 40 && !failed(); ++i) advance(1s);
  ASSERT_TRUE(failed());
  EXPECT_EQ(statuses.back().why.code, ErrorCode::mediaFailed);
  EXPECT_EQ(statuses.back().why.text, "no picture came for 20 s");
  EXPECT_GE(hub->asked, 10) << "it has been asked for again and again";
  EXPECT_FALSE(std::filesystem::exists(directory / "part-0001.mkv"));
}

}  // namespace
}  // namespace tessera::test
