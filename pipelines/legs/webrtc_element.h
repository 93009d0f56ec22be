// SPDX-License-Identifier: Apache-2.0
#pragma once
#define GST_USE_UNSTABLE_API  // the WebRTC library of 1.22 says so of itself
#include <gst/webrtc/webrtc.h>

#include <memory>
#include <vector>

#include "pipelines/gst/element.h"
#include "pipelines/gst/signal.h"
#include "pipelines/legs/leg_shared.h"

namespace tessera {

// A webrtcbin with everything set that has to be set before it negotiates. Main thread.
struct WebrtcElement {
  GstElement* bin = nullptr;  // owned by the leg's bin
  gst::Ref<GstPad> audio;     // sink_0; null for a shared screen, to which nothing is sent
  gst::Ref<GstPad> video;     // sink_1; likewise
  std::vector<gst::SignalConnection> signals;

  // Adds it to `parent`: max-bundle, line 0 Opus, line 1 the leg's video codec, ICE on the addresses of the
  // room, inner elements tuned as they appear, `shared` told of every packet.
  static Result<WebrtcElement> create(GstBin* parent, const RoomSettings& room,
                                      const std::shared_ptr<LegShared>& shared);

  // The one DTLS transport; exists once an offer was made.
  gst::Ref<GstWebRTCDTLSTransport> dtlsTransport() const;

 private:
  [[nodiscard]] Status addSinks(LegShared& shared);
  [[nodiscard]] Status addReceivers(const LegShared& shared);
};

// What a DTLS transport that says "connected" is worth: webrtcbin before 1.28 does not compare the peer's
// certificate with the SDP (RFC 8122 section 6.2). fingerprintMismatch unless it is the expected one.
[[nodiscard]] Status verifyPeer(GstWebRTCDTLSTransport* transport, const LegShared& shared);

}  // namespace tessera
