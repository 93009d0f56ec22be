// SPDX-License-Identifier: Apache-2.0
#include "support/leg_session.h"

#include <condition_variable>
#include <filesystem>

#include "support/run_until.h"

namespace tessera::test {

LegRoom::LegRoom() {
  settings.gatherAddresses = {"127.0.0.1"};
  pipeline = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("room"))));
  gst::configureClock(get());
  bus = std::make_unique<gst::BusWatch>(get(), GST_MESSAGE_ERROR, [this](GstMessage*) { ++busErrors; });
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
}

LegRoom::~LegRoom() {
  reaper.reset();
  bus.reset();
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

LegSession::LegSession(LegRoom& inRoom, WebRtcClient::Options options, const std::string& name,
                       const std::string& pc, bool hidden)
    : room(inRoom), codec(options.codec) {
  static std::uint32_t gen = 0;
  client = std::make_unique<WebRtcClient>(options);
  WebRtcLeg::Handlers handlers;
  handlers.onOffer = [this](const std::string& sdp) {
    offer = sdp;
    client->setOffer(sdp);
  };
  handlers.onCandidate = [this](const IceCandidate& candidate) {
    candidates.push_back(candidate);
    if (candidatesPass) client->addCandidate(candidate);
  };
  handlers.onState = [this](PeerState now, const Error& why) {
    state = now;
    if (now != PeerState::failed) return;
    failure = why;
    if (onFailed) onFailed();
  };
  handlers.onRefused = [this](const Error& error) { refused.push_back(error); };
  handlers.onVideoSize = [this](int width, int height) { videoSizes.emplace_back(width, height); };
  handlers.onQuality = [this](bool now) { poor.push_back(now); };
  handlers.onKeyframeRequest = [count = keyframeRequests] { ++*count; };
  client->onAnswer = [this](const std::string& sdp) {
    if (leg && answers) leg->setAnswer(changeAnswer(sdp));
  };
  client->onCandidate = [this](const IceCandidate& candidate) {
    if (leg && candidatesPass) leg->addCandidate(candidate);
  };
  PeerSettings peer;
  peer.key = {ParticipantId{name}, pc, ++gen};
  peer.hidden = hidden;
  peer.name = name;
  peer.codec = options.codec;
  auto made = WebRtcLeg::create(room.get(), room.settings, peer, video, audio, std::move(handlers));
  if (!made) g_error("%s", made.error().text.c_str());
  leg = std::move(*made);
  output = leg->output();
}

LegSession::~LegSession() {
  detach();
}

void LegSession::detach() {
  pusher = {};
  if (!leg) return;
  leg->detach(*room.reaper);
  leg.reset();
}

void LegSession::sendMix(unsigned argb, double hertz) {
  pusher = std::jthread([out = output, clip = encodeColour(codec, argb, 30), tone = encodeTone(hertz, 100),
                         video = packetizer(codec),
                         audio = packetizer(std::nullopt)](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    auto next = gst::now();
    for (std::size_t i = 0; !stop.stop_requested();) {
      next += std::chrono::milliseconds(20);
      std::unique_lock lock(mutex);
      wake.wait_until(lock, stop, std::chrono::steady_clock::time_point(next), [] { return false; });
      if (!out->ready()) continue;
      const auto stamped = [&](const gst::Ref<GstBuffer>& buffer) {
        auto copy = gst::Ref<GstBuffer>::adopt(gst_buffer_copy(buffer.get()));
        GST_BUFFER_PTS(copy.get()) = static_cast<GstClockTime>(next.count());
        GST_BUFFER_DTS(copy.get()) = GST_CLOCK_TIME_NONE;
        return copy;
      };
      if (i % 3 == 0) pushFrame(*out, *video->packetize(stamped(clip[i / 3 % clip.size()])));
      out->pushAudio(*audio->packetize(stamped(tone[i % tone.size()])));
      ++i;
    }
  });
}

namespace {

int entries(const char* folder) {
  const auto all = std::filesystem::directory_iterator(folder);
  return static_cast<int>(std::distance(begin(all), end(all)));
}

}  // namespace

std::shared_ptr<Packetizer> packetizer(std::optional<VideoCodec> codec) {
  auto made = makePacketizer(codec);
  if (!made) g_error("%s", made.error().text.c_str());
  return *made;
}

bool pushFrame(LegOutput& output, const RtpFrame& frame) {
  return output.pushVideo(frame, 0, frame.packets.size());
}

int threadCount() {
  return entries("/proc/self/task");
}
int fdCount() {
  return entries("/proc/self/fd");
}

}  // namespace tessera::test
