// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "load/frame_sender.h"
#include "load/media_receiver.h"
#include "load/offer_reader.h"
#include "load/teardown.h"
#include "pipelines/gst/bus.h"
#include "pipelines/gst/signal.h"
#include "wire/client_messages.h"

typedef struct _GstWebRTCSessionDescription GstWebRTCSessionDescription;

namespace tessera::load {

// One WebRTC connection that answers one offer, in a pipeline of its own. Sends the clips given from the
// moment DTLS is connected (before that a push would block). Main thread.
class MediaPeer {
 public:
  struct Settings {
    VideoCodec codec = VideoCodec::vp8;
    std::shared_ptr<const Clip> video, audio;  // null: nothing is sent
    double phase = 0;                          // where in the clips to begin, 0 to 1
    double driftPpm = 0;                       // how much faster our clock runs than the machine's
    SendLogs logs;                             // of the clips; or null
    bool audioOnly = false;                    // takes no video either
    bool soundIsFirst = false;                 // the first sound counts as the first frame
    bool keepDecoding = false;
    std::string gatherAddress;  // empty: every interface but loopback
    std::vector<wire::IceServer> iceServers;
    bool relayOnly = false;  // media goes through a TURN server only
  };
  struct Handlers {  // on the main thread, none after the MediaPeer is gone
    std::function<void(const std::string& sdp)> onAnswer;
    std::function<void(const IceCandidate&)> onCandidate;
    std::function<void()> onConnected;
    std::function<void()> onFirstFrame;
    std::function<void(const Error&)> onFailed;
  };

  static Result<std::unique_ptr<MediaPeer>> create(Settings settings, const std::string& offer,
                                                   std::shared_ptr<Received> received, FrameSender& sender,
                                                   Teardown& teardown, Handlers handlers);
  ~MediaPeer();  // the pipeline goes to the teardown thread
  MediaPeer(const MediaPeer&) = delete;
  MediaPeer& operator=(const MediaPeer&) = delete;

  void addCandidate(const IceCandidate& candidate);
  // Goes on with this clip instead, if it sends video at all; null: with none.
  void playVideo(std::shared_ptr<const Clip> clip);
  std::uint64_t bytesSent() const;

 private:
  MediaPeer(Settings settings, FrameSender& sender, Teardown& teardown, Handlers handlers);
  Status build(Offer& offer, std::shared_ptr<Received> received);
  Status addTrack(const std::shared_ptr<const Clip>& clip, const OfferedTrack& offered,
                  const char* payloader);
  Status addReceiver(const OfferedTrack& offered, bool video);
  void configureTime();
  void configureIce();
  void connectSignals();
  void negotiate(SdpMessage offer);
  void createAnswer();
  void setLocal(GstWebRTCSessionDescription* answer);
  void onConnectionState();

  const Settings settings_;
  FrameSender& sender_;
  Teardown& teardown_;
  const Handlers handlers_;
  gst::Ref<GstElement> pipeline_;
  GstElement* webrtc_ = nullptr;
  std::shared_ptr<MediaReceiver> receiver_;
  std::vector<std::shared_ptr<SendTrack>> tracks_;
  std::shared_ptr<SendTrack> videoTrack_;  // one of these, or null
  std::vector<gst::SignalConnection> signals_;
  std::unique_ptr<gst::BusWatch> bus_;
  bool connected_ = false;
  WeakOwner<MediaPeer> weak_{this};
};

}  // namespace tessera::load
