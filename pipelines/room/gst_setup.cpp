// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/gst_setup.h"

#include <gst/gst.h>

#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/main_loop.h"
#include "pipelines/encode/video_encoder.h"
#include "pipelines/gst/element.h"
#include "pipelines/room/room_pipeline.h"

namespace tessera {
namespace {

constexpr std::chrono::seconds kWarmUpLimit{5};

void onGstLog(GstDebugCategory* category, GstDebugLevel level, const gchar*, const gchar* function, gint,
              GObject*, GstDebugMessage* message, gpointer) {
  const log::Level ours = level == GST_LEVEL_ERROR ? log::Level::warn : log::Level::debug;
  if (!log::enabled(ours)) return;
  log::write(ours, "gstreamer",
             {{"category", gst_debug_category_get_name(category)},
              {"function", function},
              {"text", gst_debug_message_get(message)}});
}

void routeLog() {
  if (std::getenv("GST_DEBUG")) return;
  // In brackets: the macros of the same names compare function pointers with void*.
  (gst_debug_remove_log_function)(nullptr);
  (gst_debug_add_log_function)(onGstLog, nullptr, nullptr);
  // The threshold also switches logging on. Not gst_debug_set_active(): that makes every log call of every
  // packet reach the category's check, at a fifth of the processor time.
  gst_debug_set_default_threshold(log::enabled(log::Level::debug) ? GST_LEVEL_WARNING : GST_LEVEL_ERROR);
}

}  // namespace

Status initGStreamer() {
  GError* error = nullptr;
  if (!gst_init_check(nullptr, nullptr, &error))
    return tl::unexpected(Error::fromGError(ErrorCode::internal, "initialising GStreamer", error));
  routeLog();
  return {};
}

class WarmUp::Run final : public MediaRoomEvents {
 public:
  explicit Run(std::function<void(Status)> onDone) : onDone_(std::move(onDone)) {
    RoomSettings settings;
    settings.gatherAddresses = {"127.0.0.1"};
    settings.canvas = {320, 180, 30};
    loadEncoders(settings);
    loadDecoders();
    room_ = std::make_unique<RoomPipeline>(settings, *this);
    PeerSettings peer;
    peer.key.participant.value = "warm-up";
    peer.name = "Warm Up";
    room_->addPeer(peer);
    limit_.once(kWarmUpLimit,
                [this] { finish(fail(ErrorCode::timeout, "no offer within {} s", kWarmUpLimit.count())); });
  }

  void onOffer(const PeerKey&, const std::string&) override { finishLater({}); }
  void onCandidate(const PeerKey&, const IceCandidate&) override {}
  void onPeerState(const PeerKey&, PeerState state, const Error& why) override {
    if (state == PeerState::failed) finishLater(tl::unexpected(why));
  }
  void onPeerError(const PeerKey&, const Error&) override {}
  void onPicture(const Picture&) override {}
  void onConnectionQuality(const PeerKey&, bool) override {}
  void onReceiving(const PeerKey&, const Receiving&) override {}
  void onIngest(const PeerKey&, const Ingest&) override {}
  void onSpeaking(const std::vector<SpeakerLevel>&) override {}
  void onRecording(const RecordingStatus&) override {}
  void onOutput(const OutputStatus&) override {}
  void onSource(const SourceStatus&) override {}
  void onHealth(const RoomHealth&) override {}
  void onFailed(const Error& why) override { finishLater(tl::unexpected(why)); }

 private:
  void loadEncoders(const RoomSettings& settings) {
    for (const VideoCodec codec : {VideoCodec::vp8, VideoCodec::h264}) {
      if (auto made = VideoEncoder::create({codec, settings.canvas, settings.rungs.front().kbps}, nullptr);
          !made)
        log::warn("encoder missing", {{"error", made.error().text}});
    }
  }

  // What the first participant's streams need; libav alone takes a while to load.
  void loadDecoders() {
    for (const char* factory : {"rtpvp8depay", "vp8dec", "rtph264depay", "h264parse", "avdec_h264"}) {
      if (auto made = gst::makeElement(factory); !made)
        log::debug("decoder missing", {{"error", made.error().text}});
    }
  }

  // Not inside the room's own call.
  void finishLater(Status status) {
    post([weak = weak_.get(), status] {
      if (auto* self = weak.get()) self->finish(status);
    });
  }
  void finish(Status status) {
    limit_.stop();
    room_.reset();
    if (const auto onDone = std::exchange(onDone_, nullptr)) onDone(std::move(status));
  }

  std::function<void(Status)> onDone_;
  std::unique_ptr<RoomPipeline> room_;
  Timer limit_;
  WeakOwner<Run> weak_{this};
};

WarmUp::WarmUp(std::function<void(Status)> onDone) : run_(std::make_unique<Run>(std::move(onDone))) {}
WarmUp::~WarmUp() = default;

}  // namespace tessera
