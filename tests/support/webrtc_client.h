// SPDX-License-Identifier: Apache-2.0
#pragma once
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/gst/receive_pad.h"
#include "pipelines/gst/signal.h"
#include "room/media_room.h"
#include "support/impaired_way.h"
#include "support/media_probes.h"

namespace tessera::test {

// A participant for tests: a pipeline of its own around a webrtcbin that answers, sends a plain colour and a
// tone, and looks at what it gets. Main thread.
class WebRtcClient {
 public:
  static constexpr std::chrono::milliseconds kFlash{100};

  struct Options {
    VideoCodec codec = VideoCodec::vp8;
    unsigned argb = 0xffd63434;  // what it shows
    std::string camera;          // a source that makes it instead, as for gst-launch
    double tone = 440;           // what it says, Hz
    int width = 320, height = 240;
    int fps = 15;
    int kbps = 300;  // of the picture
    bool sendsVideo = true, sendsAudio = true;
    std::string address = "127.0.0.1";  // of its media
    double volume = 0.5;
    // Says this of the sound of every packet (RFC 6464, dBov), true or not.
    std::optional<int> claimsLevelDb;
    bool fec = false;    // packets of sound have the one before in them as well
    int losesOneIn = 0;  // of the sound's packets; 0: none
    // Black, with a white flash and a beep of `tone` for kFlash every second; needs both media.
    bool flashes = false;
  };
  std::function<void(const std::string& sdp)> onAnswer;
  std::function<void(const IceCandidate&)> onCandidate;

  explicit WebRtcClient(const Options& options);
  ~WebRtcClient();
  WebRtcClient(const WebRtcClient&) = delete;
  WebRtcClient& operator=(const WebRtcClient&) = delete;

  void setOffer(const std::string& sdp);
  void addCandidate(const IceCandidate& candidate);
  void requestKeyframe();  // PLI to the server
  void stop();             // falls silent, as a client that is gone
  void sayGoodbye();       // ends DTLS, as a browser that closes its connection
  // What becomes of the packets of the two ways from now on; ICE goes on whatever it is.
  void impairReceived(const Impairment& impairment) { received_->set(impairment); }
  void impairSent(const Impairment& impairment) { sent_->set(impairment); }
  int keyframesMade() const;  // by its encoder: the first, and one for each PLI

  int keyframesReceived() const { return *keyframesReceived_; }

  VideoProbe video;  // what it sees
  AudioProbe audio;  // what it hears

 private:
  void onPad(GstPad* pad);
  void answer();

  Options options_;
  gst::Ref<GstElement> pipeline_;
  gst::Ref<GstElement> webrtc_;
  std::vector<gst::SignalConnection> signals_;
  std::shared_ptr<std::atomic<int>> keyframes_ = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> keyframesReceived_ = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<ImpairedWay> received_ = std::make_shared<ImpairedWay>();
  std::shared_ptr<ImpairedWay> sent_ = std::make_shared<ImpairedWay>();
  std::mutex padsMutex_;
  std::vector<std::unique_ptr<gst::ReceivePad>> pads_;
  gst::ReceivePad* videoPad_ = nullptr;
  WeakOwner<WebRtcClient> weak_{this};
};

// Encoded media made once: `description` is a source and an encoder, e.g. "videotestsrc num-buffers=3 !
// vp8enc". Fails the process when it does not run.
std::vector<gst::Ref<GstBuffer>> encodeClip(const std::string& description);
std::vector<gst::Ref<GstBuffer>> encodeColour(VideoCodec codec, unsigned argb, int frames);
std::vector<gst::Ref<GstBuffer>> encodeTone(double hertz, int packets);

// The Y'CbCr of an opaque colour as videotestsrc paints it.
Yuv yuvOf(unsigned argb);

}  // namespace tessera::test
