// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pipelines/room/room_pipeline.h"
#include "support/run_until.h"
#include "support/webrtc_client.h"

namespace tessera::test {

// The last picture that a client got. Any thread.
class Screen {
 public:
  void show(const mix::VideoFrame& frame);
  // The mean colour of the middle of this part of the canvas, above the label.
  Yuv colourIn(const Tile& tile) const;
  Yuv colourOf(const mix::Rect& part) const;  // all zero when the picture does not reach so far
  int width() const;
  int height() const;
  int frames() const;
  std::vector<std::uint8_t> i420() const;  // the planes one after the other, without padding

 private:
  mutable std::mutex mutex_;
  int width_ = 0, height_ = 0, frames_ = 0;
  std::vector<std::uint8_t> y_, u_, v_;
};

// Somebody in a RoomUnderTest.
struct Guest {
  explicit Guest(const WebRtcClient::Options& given)
      : options(given), client(std::make_unique<WebRtcClient>(given)) {
    client->video.onFrame = [shown = screen](const mix::VideoFrame& frame) { shown->show(frame); };
  }
  bool connected() const { return state == PeerState::connected; }
  bool hears(double hertz) const { return client->audio.toneBandDb(hertz) > kHeardDb; }

  static constexpr double kHeardDb = -30;  // tones are sent at -6 dB, and the sum is limited

  const WebRtcClient::Options options;
  PeerSettings settings;
  std::shared_ptr<Screen> screen = std::make_shared<Screen>();
  std::unique_ptr<WebRtcClient> client;
  PeerState state = PeerState::connecting;
  std::vector<Error> errors;
  std::vector<Receiving> receiving;  // what it was told that it gets
  std::vector<Ingest> ingests;       // what it was asked for
};

// A room, by default a RoomPipeline in this process, and the events it told. People join with a client at the
// other end.
class RoomUnderTest : public MediaRoomEvents {
 public:
  explicit RoomUnderTest(CanvasSettings canvas = {640, 360, 15});
  explicit RoomUnderTest(const RoomSettings& settings,
                         RoomPipeline::Governor governor = RoomPipeline::makeGovernor());
  using Maker = std::function<std::unique_ptr<MediaRoom>(MediaRoomEvents&)>;
  explicit RoomUnderTest(const Maker& makeRoom);
  static RoomSettings settingsFor(CanvasSettings canvas);
  ~RoomUnderTest() override;

  struct Person {
    std::string id;
    std::string name{};  // empty: the id
    WebRtcClient::Options options{};
    bool hidden = false;
    bool cameraOff = false;
    bool muted = false;
    int bestLevel = 0;
  };
  Guest& join(const Person& person);
  Guest& share(const Person& person);  // the screen of somebody of this id
  void leave(Guest& guest);            // the client stops too
  bool allConnected() const;
  const Tile* tileOf(const Guest& guest) const;  // of that connection

  void onOffer(const PeerKey& peer, const std::string& sdp) override;
  void onCandidate(const PeerKey& peer, const IceCandidate& candidate) override;
  void onPeerState(const PeerKey& peer, PeerState state, const Error& why) override;
  void onPeerError(const PeerKey& peer, const Error& error) override;
  void onPicture(const Picture& now) override;
  void onConnectionQuality(const PeerKey&, bool) override {}
  void onReceiving(const PeerKey& peer, const Receiving& receiving) override;
  void onIngest(const PeerKey& peer, const Ingest& ingest) override;
  void onSpeaking(const std::vector<SpeakerLevel>& now) override;
  void onRecording(const RecordingStatus& status) override { recordings.push_back(status); }
  void onOutput(const OutputStatus& status) override { outputs.push_back(status); }
  void onSource(const SourceStatus& status) override { sources.push_back(status); }
  void onHealth(const RoomHealth& now) override { health = now; }
  void onFailed(const Error& why) override { failures.push_back(why); }

  std::list<Guest> guests;
  Picture picture;
  int pictureEvents = 0;
  std::map<ParticipantId, SpeakerLevel> levels;
  int speakingEvents = 0;
  RoomHealth health;
  std::vector<RecordingStatus> recordings;
  std::vector<OutputStatus> outputs;
  std::vector<SourceStatus> sources;
  std::vector<Error> failures;
  std::unique_ptr<MediaRoom> room;

 private:
  Guest* find(const PeerKey& key);
  Guest& connect(const Person& person, const char* pc);
  std::uint32_t gen_ = 0;
};

}  // namespace tessera::test
