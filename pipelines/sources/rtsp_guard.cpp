// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/rtsp_guard.h"

#include <gst/gst.h>
#include <gst/rtsp/gstrtspextension.h>
#include <gst/rtsp/gstrtsptransport.h>

#include <atomic>
#include <mutex>
#include <string_view>

namespace tessera {
namespace {

std::atomic<int> guards{0};

bool isInterleaved(GstRTSPMessage* response) {
  char* text = nullptr;
  if (gst_rtsp_message_get_header(response, GST_RTSP_HDR_TRANSPORT, &text, 0) != GST_RTSP_OK) return true;
  GstRTSPTransport* transport = nullptr;
  gst_rtsp_transport_new(&transport);
  const bool interleaved = gst_rtsp_transport_parse(text, transport) == GST_RTSP_OK &&
                           transport->lower_transport == GST_RTSP_LOWER_TRANS_TCP;
  gst_rtsp_transport_free(transport);
  return interleaved;
}

GstRTSPResult afterSend(GstRTSPExtension*, GstRTSPMessage*, GstRTSPMessage* response) {
  if (gst_rtsp_message_get_type(response) != GST_RTSP_MESSAGE_RESPONSE) return GST_RTSP_OK;
  GstRTSPStatusCode& code = response->type_data.response.code;
  if (code >= GST_RTSP_STS_MULTIPLE_CHOICES && code < GST_RTSP_STS_BAD_REQUEST) code = GST_RTSP_STS_FORBIDDEN;
  gst_rtsp_message_remove_header(response, GST_RTSP_HDR_RANGE, -1);
  if (!isInterleaved(response)) gst_rtsp_message_remove_header(response, GST_RTSP_HDR_TRANSPORT, -1);
  return GST_RTSP_OK;
}

// Of the session: how it is controlled, and nothing else. A range makes the jitter buffer of 1.22 wait for
// its end, and nothing can stop it then.
GstRTSPResult parseSdp(GstRTSPExtension*, GstSDPMessage* sdp, GstStructure*) {
  for (guint i = gst_sdp_message_attributes_len(sdp); i-- > 0;) {
    if (std::string_view(gst_sdp_message_get_attribute(sdp, i)->key) != "control")
      gst_sdp_message_remove_attribute(sdp, i);
  }
  return GST_RTSP_OK;
}

void interfaceInit(gpointer interface, gpointer) {
  auto* extension = static_cast<GstRTSPExtensionInterface*>(interface);
  extension->after_send = afterSend;
  extension->parse_sdp = parseSdp;
}

void classInit(gpointer klass, gpointer) {
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "RTSP guard", "Network/Extension/Protocol",
                                        "Keeps rtspsrc at its server", "Tessera");
}

void instanceInit(GTypeInstance*, gpointer) {
  ++guards;
}

}  // namespace

void installRtspGuard() {
  static std::once_flag once;
  std::call_once(once, [] {
    const GType type = g_type_register_static_simple(GST_TYPE_ELEMENT, "TesseraRtspGuard",
                                                     sizeof(GstElementClass), classInit, sizeof(GstElement),
                                                     instanceInit, static_cast<GTypeFlags>(0));
    const GInterfaceInfo info{interfaceInit, nullptr, nullptr};
    g_type_add_interface_static(type, GST_TYPE_RTSP_EXTENSION, &info);
    gst_element_register(nullptr, "tesserartspguard", GST_RANK_PRIMARY, type);
  });
}

int rtspGuards() {
  return guards;
}

}  // namespace tessera
