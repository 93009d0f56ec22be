// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/webrtc_leg.h"

#include <cstdlib>

#include "base/log.h"
#include "base/main_loop.h"
#include "pipelines/gst/isolating_bin.h"
#include "pipelines/gst/promise.h"
#include "pipelines/legs/ice_candidate.h"
#include "pipelines/legs/leg_input.h"
#include "pipelines/legs/leg_output.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/legs/sdp_check.h"
#include "pipelines/legs/webrtc_element.h"
#include "wire/limits.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;

// Who is gone is to be known within 10 s. A client answers within a second; the slowest networks of use need
// some round trips of a second each for the checks and the handshake, and lost flights of DTLS come again
// after 1, 3 and 7 s.
constexpr auto kAnswerDeadline = 8s;
constexpr auto kConnectDeadline = 10s;  // from the answer to verified DTLS
// Receiver reports come every 2 to 6 s (RFC 3550 section 6.2 and 6.3.1: 5 s, times 0.5 to 1.5 / 1.218): of
// who sends no media and no transport-cc one may be lost.
constexpr auto kSilenceLimit = 8500ms;  // without any RTP or RTCP
// While sending, without hearing that anything has arrived; only of those who have told so by transport-cc.
constexpr auto kUnheardLimit = 8s;
constexpr auto kWatchInterval = 1s;

// Tests of a room's robustness: the process aborts when the peer of this name has its first frame decoded.
const char* const kAbortVariable = "TESSERA_TEST_ABORT_ON_NAME";

bool abortsFor(const PeerSettings& peer) {
  const char* name = std::getenv(kAbortVariable);
  return name && peer.name == name;
}

// Everything of a leg that has to be taken apart off the main thread.
struct Remains {
  gst::Ref<GstElement> pipeline;
  gst::Ref<GstElement> bin;
  gst::Ref<GstElement> webrtc;
  std::shared_ptr<WebRtcOutput> output;
  std::shared_ptr<LegShared> shared;
  std::vector<gst::Ref<GstPromise>> promises;

  // The order is that of docs/teardown.md.
  void takeApart() {
    if (output) output->stop();
    if (webrtc) gst_element_set_state(webrtc.get(), GST_STATE_NULL);
    gst_element_set_state(bin.get(), GST_STATE_NULL);
    gst_bin_remove(GST_BIN(pipeline.get()), bin.get());
    shared->takePads().clear();
    for (const auto& promise : promises) gst_promise_interrupt(promise.get());
    *this = {};
  }
};

// By value: a handler may detach and destroy the leg, and with it the function that is being called.
template <class Handler, class... Args>
void tell(Handler handler, const Args&... args) {
  if (handler) handler(args...);
}

class WebRtcLegImpl : public WebRtcLeg {
 public:
  WebRtcLegImpl(GstPipeline* pipeline, const RoomSettings& room, const PeerSettings& peer, Handlers handlers)
      : room_(room),
        policy_(CandidatePolicy::of(room.gatherAddresses)),
        handlers_(std::move(handlers)),
        pipeline_(gst::Ref<GstElement>::retain(GST_ELEMENT(pipeline))),
        shared_(std::make_shared<LegShared>()) {
    shared_->label = fmt::format("{}/{}/{}", peer.key.participant.value, peer.key.pc, peer.key.gen);
    shared_->codec = peer.codec;
    shared_->screen = peer.key.pc == "screen";
    shared_->discards = peer.hidden;
    shared_->channels = room.sound.stereo ? 2 : 1;
    shared_->abortOnFrame = abortsFor(peer);
    shared_->setKeyframeHandler(handlers_.onKeyframeRequest);
    shared_->reportError = poster<const Error&>(&WebRtcLegImpl::onFailed);
    shared_->reportRefused = poster<const Error&>(&WebRtcLegImpl::onRefused);
    shared_->reportVideoSize = poster<int, int>(&WebRtcLegImpl::onVideoSize);
  }

  ~WebRtcLegImpl() override {
    if (!detached_) letGo().takeApart();
  }

  Status build(std::shared_ptr<mix::VideoSlot> video, std::shared_ptr<mix::AudioSlot> audio);

  void setAnswer(const std::string& sdp) override;
  void addCandidate(const IceCandidate& candidate) override;
  void requestKeyframe() override { shared_->keyframes.want(); }
  std::shared_ptr<LegOutput> output() override { return output_; }
  const OpusInputStats& audioStats() const override { return *shared_->audioStats; }
  NetworkReport network() const override { return shared_->network.report(gst::now()); }
  void setIngest(const Ingest& ingest) override {
    if (shared_->ingest.set(ingest, shared_->screen)) shared_->keyframes.want();
  }
  bool owns(GstObject* source) const override {
    return bin_ && source && gst_object_has_as_ancestor(source, GST_OBJECT(bin_.get()));
  }
  void detach(Reaper& reaper) override;

 private:
  // A function for foreign threads that calls `method` on the main thread, unless the leg is gone.
  template <class... Args>
  std::function<void(Args...)> poster(void (WebRtcLegImpl::*method)(Args...)) {
    return [weak = weak_.get(), method](Args... args) {
      post([weak, method, ... kept = std::decay_t<Args>(args)] {
        if (auto* self = weak.get()) (self->*method)(kept...);
      });
    };
  }

  void connectSignals();
  void createOffer();
  void onOfferMade(const std::string& sdp);
  void watchDtls();
  void onIceState(const int& state);
  void onLocalCandidate(const std::string& candidate);
  void onVerified();
  void onDtlsEnded(const std::string& how);
  void onRefused(const Error& error);
  void onFailed(const Error& error);
  void onVideoSize(int width, int height);
  void watch();
  void emit(const char* action, const GstWebRTCSessionDescription* description, const char* what);
  gst::Ref<GstPromise> track(gst::Ref<GstPromise> promise);
  Remains letGo();

  // Given.
  RoomSettings room_;
  CandidatePolicy policy_;
  Handlers handlers_;
  gst::Ref<GstElement> pipeline_;

  // Owned.
  std::shared_ptr<LegShared> shared_;
  gst::Ref<GstElement> bin_;
  WebrtcElement webrtc_;
  std::shared_ptr<WebRtcOutput> output_;
  std::vector<gst::Ref<GstPromise>> promises_;
  std::optional<OfferShape> offer_;
  bool answered_ = false;
  bool connected_ = false;
  bool failed_ = false;
  bool detached_ = false;
  int candidates_ = 0;
  Timer deadline_;
  Timer watch_;
  QualityJudge quality_;
  WeakOwner<WebRtcLegImpl> weak_{this};
};

Status WebRtcLegImpl::build(std::shared_ptr<mix::VideoSlot> video, std::shared_ptr<mix::AudioSlot> audio) {
  shared_->setSlots(std::move(video), std::move(audio));
  bin_ = gst::makeIsolatingBin("leg-" + shared_->label, shared_->reportError);
  if (!gst_bin_add(GST_BIN(pipeline_.get()), bin_.get()))
    return fail(ErrorCode::internal, "adding {} to the pipeline", shared_->label);
  auto webrtc = WebrtcElement::create(GST_BIN(bin_.get()), room_, shared_);
  if (!webrtc) return tl::unexpected(webrtc.error());
  webrtc_ = std::move(*webrtc);
  if (!shared_->screen) {
    auto output = WebRtcOutput::create(webrtc_.audio.get(), webrtc_.video.get(), shared_);
    if (!output) return tl::unexpected(output.error());
    output_ = std::move(*output);
  }
  connectSignals();
  if (!gst_element_sync_state_with_parent(bin_.get()))
    return fail(ErrorCode::mediaFailed, "starting the connection of {}", shared_->label);
  createOffer();
  deadline_.once(kAnswerDeadline, [this] { onFailed(Error{ErrorCode::mediaFailed, "no answer in time"}); });
  return {};
}

void WebRtcLegImpl::connectSignals() {
  auto& signals = webrtc_.signals;
  signals.push_back(gst::SignalConnection::connect<void(GstElement*, GstPad*)>(
      webrtc_.bin, "pad-added",
      [shared = shared_](GstElement* webrtc, GstPad* pad) { attachInput(webrtc, pad, shared); }));
  signals.push_back(gst::SignalConnection::connect<void(GstElement*, guint, gchar*)>(
      webrtc_.bin, "on-ice-candidate",
      [found = poster<const std::string&>(&WebRtcLegImpl::onLocalCandidate)](GstElement*, guint,
                                                                             gchar* candidate) {
        if (candidate && *candidate) found(candidate);
      }));
  signals.push_back(gst::SignalConnection::connect<void(GstElement*, GParamSpec*)>(
      webrtc_.bin, "notify::ice-connection-state",
      [changed = poster<const int&>(&WebRtcLegImpl::onIceState)](GstElement* webrtc, GParamSpec*) {
        GstWebRTCICEConnectionState state{};
        g_object_get(webrtc, "ice-connection-state", &state, nullptr);
        changed(static_cast<int>(state));
      }));
}

void WebRtcLegImpl::createOffer() {
  auto promise = gst::makePromise(
      "create-offer", [onMade = poster<const std::string&>(&WebRtcLegImpl::onOfferMade),
                       onError = shared_->reportError](const Result<const GstStructure*>& reply) {
        if (!reply) return onError(reply.error());
        GstWebRTCSessionDescription* offer = nullptr;
        if (*reply) gst_structure_get(*reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, nullptr);
        if (!offer) return onError(Error{ErrorCode::mediaFailed, "create-offer: no offer"});
        onMade(sdpText(offer->sdp));
        gst_webrtc_session_description_free(offer);
      });
  g_signal_emit_by_name(webrtc_.bin, "create-offer", nullptr, track(std::move(promise)).get());
}

void WebRtcLegImpl::onOfferMade(const std::string& sdp) {
  if (failed_) return;
  auto message = parseSdp(sdp);
  if (!message) return onFailed(message.error());
  offer_ = OfferShape::of(message->get());
  GstWebRTCSessionDescription* offer =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, message->release());
  emit("set-local-description", offer, "set-local-description");
  gst_webrtc_session_description_free(offer);
  watchDtls();
  tell(handlers_.onOffer, sdp);
}

void WebRtcLegImpl::watchDtls() {
  const auto transport = webrtc_.dtlsTransport();
  if (!transport) return onFailed(Error{ErrorCode::internal, "webrtcbin has no DTLS transport"});
  webrtc_.signals.push_back(gst::SignalConnection::connect<void(GstWebRTCDTLSTransport*, GParamSpec*)>(
      transport.get(), "notify::state",
      [shared = shared_, verified = poster<>(&WebRtcLegImpl::onVerified),
       ended = poster<const std::string&>(&WebRtcLegImpl::onDtlsEnded)](GstWebRTCDTLSTransport* dtls,
                                                                        GParamSpec*) {
        GstWebRTCDTLSTransportState state{};
        g_object_get(dtls, "state", &state, nullptr);
        if (state == GST_WEBRTC_DTLS_TRANSPORT_STATE_FAILED) ended("DTLS failed");
        if (state == GST_WEBRTC_DTLS_TRANSPORT_STATE_CLOSED) ended("DTLS closed");
        if (state != GST_WEBRTC_DTLS_TRANSPORT_STATE_CONNECTED || shared->open()) return;
        // Here and not on the main thread, so that the first packets find the gate open.
        if (const auto ok = verifyPeer(dtls, *shared); !ok) return shared->reportError(ok.error());
        shared->onPacket();
        shared->openMedia();
        verified();
      }));
}

void WebRtcLegImpl::setAnswer(const std::string& sdp) {
  assertMainThread();
  if (failed_ || detached_) return;
  if (!offer_ || answered_)
    return onRefused(Error{ErrorCode::conflict, offer_ ? "a second answer" : "an answer before the offer"});
  auto answer = checkAnswer(sdp, *offer_, policy_);
  if (!answer) return onRefused(answer.error());

  answered_ = true;
  deadline_.once(kConnectDeadline, [this] {
    onFailed(Error{ErrorCode::mediaFailed, "not connected in time"});
  });
  shared_->setExpectedFingerprint(answer->fingerprint);
  if (output_) output_->start(answer->lines[1].weSend, answer->lines[0].weSend);
  GstWebRTCSessionDescription* description =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, answer->message.release());
  emit("set-remote-description", description, "set-remote-description");
  gst_webrtc_session_description_free(description);
  for (const std::string& candidate : answer->candidates) addCandidate({0, candidate});
  tell(handlers_.onState, PeerState::connecting, Error{});
}

void WebRtcLegImpl::addCandidate(const IceCandidate& candidate) {
  assertMainThread();
  if (failed_ || detached_ || candidate.candidate.empty()) return;  // empty: end of candidates
  if (candidate.mline < 0 || candidate.mline > 1)
    return onRefused(Error{ErrorCode::badCandidate, "candidate refused: no such m-line"});
  if (++candidates_ > wire::kMaxCandidates)
    return onRefused(Error{ErrorCode::tooMany, "too many candidates"});
  const auto parts = parseCandidate(candidate.candidate, policy_);
  if (!parts) {
    log::debug("candidate dropped", {{"peer", shared_->label}, {"why", parts.error().text}});
    if (parts.error().code != ErrorCode::unsupported) onRefused(parts.error());
    return;
  }
  // Under max-bundle there is one transport, that of line 0.
  g_signal_emit_by_name(webrtc_.bin, "add-ice-candidate", 0u, parts->text().c_str());
}

void WebRtcLegImpl::onLocalCandidate(const std::string& candidate) {
  if (failed_) return;
  const auto onCandidate = handlers_.onCandidate;
  for (std::string& line : announceCandidate(candidate, room_.announcedAddresses))
    tell(onCandidate, IceCandidate{0, std::move(line)});
}

void WebRtcLegImpl::onVerified() {
  if (failed_ || connected_) return;
  connected_ = true;
  deadline_.stop();
  watch_.every(kWatchInterval, [this] { watch(); });
  log::info("peer connected", {{"peer", shared_->label}});
  tell(handlers_.onState, PeerState::connected, Error{});
}

// Before it is connected a failed check may still be followed by better candidates: the deadline decides.
void WebRtcLegImpl::onIceState(const int& state) {
  if (connected_ && state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED)
    onFailed(Error{ErrorCode::mediaFailed, "the network path is lost"});
}

void WebRtcLegImpl::onDtlsEnded(const std::string& how) {
  if (answered_) onFailed(Error{ErrorCode::mediaFailed, how});
}

void WebRtcLegImpl::watch() {
  const auto now = gst::now();
  if (now - shared_->lastPacket() >= kSilenceLimit)
    return onFailed(Error{ErrorCode::mediaFailed, "nothing received any more"});
  if (shared_->network.unheardFor(now) >= kUnheardLimit)
    return onFailed(Error{ErrorCode::mediaFailed, "nothing arrives there any more"});
  if (const auto poor = quality_.second(shared_->packets.take())) tell(handlers_.onQuality, *poor);
}

void WebRtcLegImpl::onRefused(const Error& error) {
  if (!failed_) tell(handlers_.onRefused, error);
}

void WebRtcLegImpl::onFailed(const Error& error) {
  if (failed_) return;
  failed_ = true;
  shared_->close();
  deadline_.stop();
  watch_.stop();
  log::warn("peer failed", {{"peer", shared_->label}, {"why", error.text}});
  tell(handlers_.onState, PeerState::failed, error);
}

void WebRtcLegImpl::onVideoSize(int width, int height) {
  if (!failed_) tell(handlers_.onVideoSize, width, height);
}

void WebRtcLegImpl::emit(const char* action, const GstWebRTCSessionDescription* description,
                         const char* what) {
  auto promise =
      gst::makePromise(what, [onError = shared_->reportError](const Result<const GstStructure*>& reply) {
        if (!reply) onError(reply.error());
      });
  g_signal_emit_by_name(webrtc_.bin, action, description, track(std::move(promise)).get());
}

gst::Ref<GstPromise> WebRtcLegImpl::track(gst::Ref<GstPromise> promise) {
  promises_.push_back(promise);
  return promise;
}

Remains WebRtcLegImpl::letGo() {
  detached_ = true;
  weak_.invalidate();
  deadline_.stop();
  watch_.stop();
  shared_->close();
  webrtc_.signals.clear();
  webrtc_.audio = {};
  webrtc_.video = {};
  Remains remains{pipeline_, bin_,    gst::Ref<GstElement>::retain(webrtc_.bin),
                  output_,   shared_, std::move(promises_)};
  webrtc_.bin = nullptr;
  output_.reset();
  bin_ = {};
  pipeline_ = {};
  handlers_ = {};
  return remains;
}

void WebRtcLegImpl::detach(Reaper& reaper) {
  assertMainThread();
  if (detached_) return;
  const auto remains = std::make_shared<Remains>(letGo());
  reaper.bury(shared_->label, [remains] { remains->takeApart(); });
}

}  // namespace

Result<std::unique_ptr<WebRtcLeg>> WebRtcLeg::create(GstPipeline* pipeline, const RoomSettings& room,
                                                     const PeerSettings& peer,
                                                     std::shared_ptr<mix::VideoSlot> videoSlot,
                                                     std::shared_ptr<mix::AudioSlot> audioSlot,
                                                     Handlers handlers) {
  assertMainThread();
  auto leg = std::make_unique<WebRtcLegImpl>(pipeline, room, peer, std::move(handlers));
  if (const auto built = leg->build(std::move(videoSlot), std::move(audioSlot)); !built)
    return tl::unexpected(built.error());
  return leg;
}

}  // namespace tessera
