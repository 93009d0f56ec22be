// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipelines/gst/bus.h"
#include "pipelines/gst/clock.h"
#include "pipelines/legs/packetizer.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/legs/webrtc_leg.h"
#include "support/media_probes.h"
#include "support/webrtc_client.h"

namespace tessera::test {

// A room's pipeline without a room.
struct LegRoom {
  LegRoom();
  ~LegRoom();
  RoomSettings settings;
  gst::Ref<GstElement> pipeline;
  std::unique_ptr<gst::BusWatch> bus;
  int busErrors = 0;
  std::unique_ptr<Reaper> reaper = std::make_unique<Reaper>();
  GstPipeline* get() const { return GST_PIPELINE(pipeline.get()); }
};

// One leg with fake slots and the client at its other end, talking to each other as by signaling. A test
// changes what passes by `changeAnswer`.
struct LegSession {
  explicit LegSession(LegRoom& inRoom, WebRtcClient::Options options = {}, const std::string& name = "ada",
                      const std::string& pc = "main", bool hidden = false);
  ~LegSession();

  void detach();  // and joins the pusher
  // Pushes encoded frames and packets of this colour and tone, as a fan-out would, until detached.
  void sendMix(unsigned argb, double hertz);
  bool connected() const { return state == PeerState::connected; }

  LegRoom& room;
  std::function<std::string(std::string)> changeAnswer = [](std::string sdp) { return sdp; };
  bool answers = true;
  bool candidatesPass = true;
  std::function<void()> onFailed;
  std::shared_ptr<FakeVideoSlot> video = std::make_shared<FakeVideoSlot>();
  std::shared_ptr<FakeAudioSlot> audio = std::make_shared<FakeAudioSlot>();
  std::unique_ptr<WebRtcLeg> leg;
  std::unique_ptr<WebRtcClient> client;
  std::string offer;
  std::optional<PeerState> state;
  std::vector<IceCandidate> candidates;  // the leg's
  std::optional<Error> failure;
  std::vector<Error> refused;
  std::vector<std::pair<int, int>> videoSizes;
  std::vector<bool> poor;
  std::shared_ptr<std::atomic<int>> keyframeRequests = std::make_shared<std::atomic<int>>(0);
  VideoCodec codec;
  std::shared_ptr<LegOutput> output;
  std::jthread pusher;
};

std::shared_ptr<Packetizer> packetizer(std::optional<VideoCodec> codec);  // none: of Opus
bool pushFrame(LegOutput& output, const RtpFrame& frame);                 // all of it

int threadCount();
int fdCount();

}  // namespace tessera::test
