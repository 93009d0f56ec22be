// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "load/frame_sender.h"
#include "load/media_receiver.h"
#include "pipelines/gst/signal.h"

namespace tessera::load {

// The other end of a MediaPeer without a server: a webrtcbin that offers on loopback, sends clips if it has
// any, and receives. Main thread.
class OfferingPeer {
 public:
  struct Settings {
    VideoCodec codec = VideoCodec::vp8;
    std::shared_ptr<const Clip> video, audio;  // null: it receives only
    bool keepDecoding = false;
    // Further streams that it only sends, as a forwarding server does: of the same clips, each from
    // elsewhere.
    int moreVideo = 0, moreAudio = 0;
  };
  struct Handlers {  // on the main thread, none after the OfferingPeer is gone
    std::function<void(const std::string& sdp)> onOffer;
    std::function<void(const IceCandidate&)> onCandidate;
    std::function<void()> onConnected;  // may be empty, as the next
    std::function<void()> onFirstFrame;
  };

  static Result<std::unique_ptr<OfferingPeer>> create(Settings settings, std::shared_ptr<Received> received,
                                                      Handlers handlers);
  ~OfferingPeer();  // waits for its pipeline
  OfferingPeer(const OfferingPeer&) = delete;
  OfferingPeer& operator=(const OfferingPeer&) = delete;

  [[nodiscard]] Status offer();
  [[nodiscard]] Status answer(const std::string& sdp);
  void addCandidate(const IceCandidate& candidate);
  void sendMedia(FrameSender& sender);  // once it is connected
  // How often the other end told by transport-wide feedback what became of the packets.
  std::uint64_t feedbacks() const { return *feedbacks_; }

 private:
  explicit OfferingPeer(Handlers handlers) : handlers_(std::move(handlers)) {}
  Status build(const Settings& settings, std::shared_ptr<Received> received);
  struct Kind {
    const char* payloader;
    std::string rtpCaps;
  };
  Status addTrack(const std::shared_ptr<const Clip>& clip, const Kind& kind, bool sendOnly);
  Status addLine(const std::shared_ptr<const Clip>& clip, const Kind& kind);
  void connectSignals();
  void onConnectionState();

  const Handlers handlers_;
  gst::Ref<GstElement> pipeline_;
  GstElement* webrtc_ = nullptr;
  std::shared_ptr<MediaReceiver> receiver_;
  std::vector<std::shared_ptr<SendTrack>> tracks_;
  const std::shared_ptr<std::atomic<std::uint64_t>> feedbacks_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::vector<gst::SignalConnection> signals_;
  bool connected_ = false;
  WeakOwner<OfferingPeer> weak_{this};
};

}  // namespace tessera::load
