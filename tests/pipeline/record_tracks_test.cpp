// SPDX-License-Identifier: Apache-2.0
// Separate tracks of people who come, are silent, and are too many.
#include <map>

#include "record_fixture.h"

namespace tessera::test {
namespace {

// Passes on what a hub gives; a participant's own sound only while `heard` says so.
class HearingHub : public ProgramHub {
 public:
  using Heard = std::function<bool(const ParticipantId&, Nanos time)>;
  HearingHub(std::shared_ptr<ProgramHub> hub, Heard heard)
      : hub_(std::move(hub)), gate_(std::make_shared<Gate>(std::move(heard))) {}
  void add(const std::shared_ptr<ProgramReceiver>& receiver, const ProgramNeeds& needs) override {
    gate_->to = receiver;
    hub_->add(gate_, needs);
  }
  void remove(const ProgramReceiver*) override { hub_->remove(gate_.get()); }
  void askKeyframe(const ProgramReceiver*) override { hub_->askKeyframe(gate_.get()); }
  std::vector<std::uint8_t> aacConfig() const override { return hub_->aacConfig(); }
  int channels() const override { return hub_->channels(); }

 private:
  struct Gate : ProgramReceiver {
    explicit Gate(Heard isHeard) : heard(std::move(isHeard)) {}
    void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) override {
      if (const auto receiver = to.lock()) receiver->onFrame(frame, keyframe);
    }
    void onSound(const std::shared_ptr<const ProgramSound>& sound) override {
      auto some = std::make_shared<ProgramSound>(*sound);
      std::erase_if(some->tracks, [&](const auto& track) { return !heard(track.participant, sound->begin); });
      if (const auto receiver = to.lock()) receiver->onSound(some);
    }
    void onAac(const gst::Ref<GstBuffer>&) override {}
    const Heard heard;
    std::weak_ptr<ProgramReceiver> to;
  };
  const std::shared_ptr<ProgramHub> hub_;
  const std::shared_ptr<Gate> gate_;
};

class RecordTracks : public RecordTest {
 protected:
  void SetUp() override {
    RecordTest::SetUp();
    settings.formats.tracks = true;
  }
  std::size_t trackFiles() const {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory.path()))
      if (file.path().extension() == ".mka") ++count;
    return count;
  }
};

// A track has nothing where nobody is heard: times in it are those of the part.
TEST_F(RecordTracks, ATrackIsSilentByHavingNothing) {
  const ParticipantId early{"k3v9x0q2m7ab"}, late{"a00000000001"};
  ProgramSource::Settings with;
  with.tracks = {{early, 700}, {late, 1900}};
  play(with);
  const auto hub = std::make_shared<HearingHub>(source->hub(), [&](const ParticipantId& who, Nanos time) {
    const Nanos at = time - source->start();
    return who == early ? at < 1s || at >= 3s : at >= 2s;
  });
  auto started = startRecorder(
      settings, room, hub, [this](const RecordingStatus& status) { statuses.push_back(status); },
      surroundings);
  ASSERT_TRUE(started) << started.error().text;
  recorder = std::move(*started);
  await(RecordingPhase::recording);
  source->advance(5s);
  stop();
  std::string complaints;
  const auto first = packetsOf(directory / (trackName(1, early) + ".mka"), complaints);
  const auto second = packetsOf(directory / (trackName(1, late) + ".mka"), complaints);
  EXPECT_EQ(complaints, "");
  for (const auto& packet : first) EXPECT_TRUE(packet.time < 1.03 || packet.time > 2.97) << packet.time;
  ASSERT_FALSE(first.empty() || second.empty());
  EXPECT_NEAR(first.front().time, 0, 0.01);
  EXPECT_NEAR(first.back().time, 5, 0.03);
  EXPECT_NEAR(second.front().time, 2, 0.03);
  const DecodedFile sound = decodeFile(directory / (trackName(1, late) + ".mka"));
  EXPECT_NEAR(toneDb(sound.soundAt(2.1, 4.9), 1900), -6, 3);
  recorder.reset();
}

TEST_F(RecordTracks, ThereIsALimit) {
  ProgramSource::Settings with;
  for (std::size_t i = 0; i < Part::kMaxTracks + 3; ++i)
    with.tracks.push_back({ParticipantId{fmt::format("a{:011}", i)}, 500});
  play(with);
  start();
  source->advance(300ms);
  stop();
  EXPECT_EQ(trackFiles(), Part::kMaxTracks);
  EXPECT_EQ(part().complaints, "") << "the mix is whole";
}

}  // namespace
}  // namespace tessera::test
